// What operators ask of the plant: changes of it, and a view that is formed by force.
#include <algorithm>
#include <utility>

#include "platform/core/client_port.h"

namespace cohort::core {

void ClientPort::take_force_form(Client& client, const wire::ForceForm& request) {
  const auto answer = [&](Errc code, std::string text) {
    send(client, wire::ChangeDone{request.token, code, {}, std::move(text)});
  };
  if (auto allowed = check_operator(client); !allowed) {
    return answer(allowed.error().code, allowed.error().text);
  }
  const auto forced =
      force_form("user " + std::to_string(client.user) + " (" + request.reason + ")");
  if (!forced) return answer(forced.error().code, forced.error().text);
  answer(Errc::kOk, "view " + std::to_string(*forced) + " is being formed");
}

Result<void> ClientPort::check_operator(const Client& client) const {
  if (std::find(operators.begin(), operators.end(), client.user) != operators.end()) return {};
  return make_error(Errc::kRefused, "user " + std::to_string(client.user) +
                                        " is no operator of this site; add it to plant.operators");
}

void ClientPort::take_plant_change(Client& client, const wire::ChangePlant& request) {
  const auto refuse = [&](const Error& error) {
    send(client, wire::ChangeDone{request.token, error.code, {}, error.text});
  };
  if (auto allowed = check_operator(client); !allowed) return refuse(allowed.error());
  auto change = wire::decode_plant_change(ByteView(request.change));
  if (!change) return refuse(change.error());
  const auto id = change_plant(std::move(*change));
  if (!id) return refuse(id.error());
  plant_asked_[*id] = {client.handle, request.token};
}

void ClientPort::on_plant_outcomes(const std::vector<wire::PlantOutcome>& outcomes) {
  for (const wire::PlantOutcome& outcome : outcomes) {
    const auto asked = plant_asked_.find(outcome.id);
    if (asked == plant_asked_.end()) continue;
    const auto client = clients_.find(asked->second.client);
    if (client != clients_.end()) {
      send(client->second, wire::ChangeDone{asked->second.token, outcome.code, {}, outcome.text});
    }
    plant_asked_.erase(asked);
  }
}

}  // namespace cohort::core
