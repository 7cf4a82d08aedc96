/// A live plant: a thread of its own keeps a session with a site's daemon and comes back after
/// losses; the window's thread gets batches at a fixed rate, and only when something came.
///
/// The only crossings are Conflation (down) and Host::post (up).
#pragma once

#include <QTimer>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "console/bridge/conflation.h"
#include "console/bridge/live_session.h"
#include "console/models/plant_source.h"
#include "platform/config/plant_file.h"

namespace cohort::console {

class LiveSource : public PlantSource {
  Q_OBJECT

 public:
  /// Requires: the plant has the site.
  LiveSource(config::PlantFile plant, SiteId site, QObject* parent = nullptr);
  /// Ends the session and waits for its thread.
  ~LiveSource() override;

  void start() override;
  void submit(const CommandDraft& draft, const QString& user, const QString& reason) override;
  void retry() override;
  qint64 lagMs() const override { return lagMs_; }

 private:
  void keepSession(const std::stop_token& stop);
  void oneSession(const std::stop_token& stop);
  void put(PlantEvent event);
  void tellLink(bool linked, const std::string& reason);
  void arm();
  void flush();

  config::PlantFile plant_;
  SiteId site_;
  Conflation queue_;
  QTimer timer_;  ///< single shot; armed by the first event after a flush
  qint64 armedMs_ = 0;
  qint64 lagMs_ = 0;
  std::mutex mutex_;  ///< guards host_ and session_
  std::condition_variable_any wake_;
  client::Host* host_ = nullptr;
  LiveSession* session_ = nullptr;
  std::jthread thread_;
};

}  // namespace cohort::console
