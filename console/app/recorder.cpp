#include "console/app/recorder.h"

#include <cstdio>

#include "console/models/recording.h"

namespace cohort::console {

QString Recorder::open(const QString& path) {
  file_.setFileName(path);
  if (file_.open(QIODevice::WriteOnly | QIODevice::Truncate)) return {};
  return tr("cannot write the recording %1: %2").arg(path, file_.errorString());
}

void Recorder::write(const QList<PlantEvent>& events) {
  if (!file_.isOpen()) return;
  for (const PlantEvent& event : events) {
    const QByteArray line = toLine(event) + '\n';
    if (file_.write(line) == line.size()) continue;
    std::fprintf(stderr, "cohort-console: the recording ends here: %s\n",
                 file_.errorString().toUtf8().constData());
    file_.close();
    return;
  }
  file_.flush();
}

}  // namespace cohort::console
