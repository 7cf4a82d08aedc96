/// What each kind of record from the daemon does to the process.
#include <algorithm>
#include <utility>

#include "platform/client/parts.h"

namespace cohort::client {

namespace {

/// Hands answers to whoever asked, and the rest to the parts concerned.
struct Handler {
  Process::Parts& parts;

  /// Who was of a departed life is gone with it: no need to remember each.
  void forget_failed(SiteLife life) const {
    std::erase_if(parts.session.failed, [life](ProcessId p) { return p.life() == life; });
  }

  void operator()(const wire::Welcome& welcome) const {
    parts.session.self = welcome.process;
    parts.session.sites = welcome.sites;
    parts.session.report = welcome.report;
    parts.recorder.begin(welcome);
    if (parts.session.welcome && !parts.session.welcome->is_set()) {
      parts.session.welcome->set(Result<void>{});
    }
  }
  void operator()(const wire::Goodbye& goodbye) const { parts.close(goodbye.reason); }
  void operator()(const wire::ChangeDone& done) const { parts.outbox.answered(done.token, done); }
  void operator()(const wire::LookupDone& done) const { parts.outbox.answered(done.token, done); }
  void operator()(const wire::Sent& sent) const {
    parts.recorder.tell(sent);
    parts.outbox.answered(sent.token, sent);
  }
  void operator()(const wire::Deliver& deliver) const { parts.deliver(deliver); }
  void operator()(const wire::View& view) const {
    parts.settled_at =
        std::max(parts.settled_at,
                 parts.session.link->now() + millis(static_cast<std::int64_t>(view.settles_ms)));
    parts.inbox.before_view(view);
    parts.recorder.tell(view);
    parts.book.on_view(view, parts.session.self);
    const GroupId group = view.view.group;
    if (!parts.book.is_member(group, parts.session.self)) parts.session.muted.erase(group);
  }
  void operator()(const wire::ProcessGone& gone) const {
    parts.recorder.tell(gone);
    parts.session.failed.insert(gone.process);
    parts.direct.look_again();
    parts.calls.on_gone(gone.process);
    parts.watchers.process_gone.tell(gone.process, gone.reason);
  }
  void operator()(const wire::Sites& sites) const {
    parts.recorder.tell(sites);
    parts.session.sites = sites.view;
    for (const auto& [life, why] : sites.departed) {
      parts.calls.on_gone(life);
      forget_failed(life);
    }
    parts.direct.look_again();
    parts.watchers.sites.tell(sites);
  }
  void operator()(const wire::Serving& serving) const {
    parts.recorder.tell(serving);
    parts.session.serving = serving.serving;
    parts.watchers.serving.tell(serving.serving);
  }
  void operator()(const wire::FlushDone& done) const {
    parts.recorder.tell(done);
    parts.outbox.answered(done.token, done);
  }
  void operator()(const wire::Durable& report) const {
    parts.watchers.durable.tell(report.id, report.durable);
  }
  void operator()(const wire::Numbered& numbered) const { parts.outbox.numbered(numbered.count); }
  void operator()(const wire::Inspection& answer) const {
    parts.outbox.answered(answer.token, answer);
  }
  void operator()(const wire::PartsTaken& taken) const { parts.outbox.taken(taken); }
  void operator()(const wire::Direct& direct) const { parts.direct.came(direct); }
  void operator()(const wire::DeliverPart&) const {}  // put together before
};

/// No events of the history, and nothing to act upon: that the site serves no more, and answers
/// about the daemon itself, are of use just while everything else waits for the lease.
bool waits_behind_nothing(const wire::ClientEvent& event) {
  return std::holds_alternative<wire::Goodbye>(event) ||
         std::holds_alternative<wire::PartsTaken>(event) ||
         std::holds_alternative<wire::Direct>(event) ||
         std::holds_alternative<wire::Serving>(event) ||
         std::holds_alternative<wire::Inspection>(event);
}

}  // namespace

bool Session::is_gone(ProcessId process) const {
  return failed.contains(process) || std::find(sites.members.begin(), sites.members.end(),
                                               process.life()) == sites.members.end();
}

void Process::Parts::on_record(ByteView record) {
  if (session.closed) return;
  auto event = wire::decode_client_event(record);
  if (!event) return close("the daemon sent a malformed record: " + event.error().text);
  if (waits_behind_nothing(*event)) return handle(*event);
  auto whole = assembler.add(std::move(*event), record.size());
  if (!whole) return close("the daemon sent a malformed record: " + whole.error().text);
  if (*whole) inbox.take(std::move((*whole)->event), (*whole)->bytes);
}

void Process::Parts::handle(const wire::ClientEvent& event) {
  std::visit(Handler{*this}, event);
}

void Process::Parts::close(const std::string& reason) {
  if (session.closed) return;
  const auto alive = shared_from_this();
  session.closed = true;
  session.why_closed = reason;
  recorder.tell(wire::Goodbye{Errc::kClosed, reason});
  inbox.close();
  if (session.welcome && !session.welcome->is_set()) {
    session.welcome->set(make_error(Errc::kClosed, reason));
  }
  outbox.close(reason);
  direct.look_again();
  calls.close(reason);
  watchers.closed.tell(reason);
}

void Process::Parts::consumed(std::uint64_t bytes) {
  consumed_unreported += bytes;
  if (consumed_unreported < session.report) return;
  outbox.tell(wire::Consumed{std::exchange(consumed_unreported, 0)});
}

}  // namespace cohort::client
