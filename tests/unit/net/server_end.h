/// A daemon's end of its clients' connections, and what it was told; for tests of both links.
#pragma once

#include <QTemporaryDir>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/net/client_server.h"
#include "platform/wire/record_stream.h"

namespace cohort::net {

class ServerEnd {
 protected:
  /// Listens at a path of its own.
  Result<void> begin() {
    end();
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = folder_->filePath("cohortd.sock").toStdString();
    runtime_ = std::make_unique<Runtime>();
    ClientServer::Handlers handlers;
    handlers.on_opened = [this](ClientServer::Client client, std::uint32_t user) {
      opened_.push_back(client);
      users_.push_back(user);
    };
    handlers.on_records = [this](ClientServer::Client client, const Bytes& framed) {
      ByteView records = framed;
      while (const auto record = wire::take_record(records)) {
        records_[client].emplace_back(record->begin(), record->end());
      }
    };
    handlers.on_gone = [this](ClientServer::Client client, const std::string& reason) {
      gone_[client] = reason;
    };
    server_ = std::make_unique<ClientServer>(*runtime_, handlers);
    return server_->listen(path_);
  }
  void end() {
    server_.reset();
    runtime_.reset();
    opened_.clear();
    users_.clear();
    records_.clear();
    gone_.clear();
  }
  /// 0: none has come.
  ClientServer::Client last_client() const { return opened_.empty() ? 0 : opened_.back(); }

  std::unique_ptr<QTemporaryDir> folder_;
  std::filesystem::path path_;
  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<ClientServer> server_;
  std::vector<ClientServer::Client> opened_;
  std::vector<std::uint32_t> users_;
  std::map<ClientServer::Client, std::vector<Bytes>> records_;
  std::map<ClientServer::Client, std::string> gone_;
};

}  // namespace cohort::net
