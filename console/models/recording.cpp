#include "console/models/recording.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <array>

#include "console/models/recording_fields.h"

namespace cohort::console {

namespace {

QString inContext(const char* text) {
  return QCoreApplication::translate("Recording", text);
}

// ---- writing: values that are what they always were at first are left out

template <typename T>
QJsonValue toJson(const T& value);

QJsonValue toJson(const QString& value) {
  return value;
}
QJsonValue toJson(bool value) {
  return value;
}
QJsonValue toJson(double value) {
  return value;
}
QJsonValue toJson(int value) {
  return value;
}
QJsonValue toJson(qint64 value) {
  return value;
}
QJsonValue toJson(quint64 value) {
  return qint64(value);
}
QJsonValue toJson(const Sample& value) {
  return QJsonArray{value.atMs, value.value, value.error};
}
template <typename A, typename B>
QJsonValue toJson(const std::pair<A, B>& value) {
  return QJsonArray{toJson(value.first), toJson(value.second)};
}
template <typename T>
QJsonValue toJson(const QList<T>& list) {
  QJsonArray array;
  for (const T& item : list) array.append(toJson(item));
  return array;
}

struct Writer {
  QJsonObject object;
  template <typename T>
  void operator()(const char* name, const T& value) {
    if (value == T{}) return;
    object.insert(QLatin1String(name), toJson(value));
  }
};

template <typename T>
QJsonValue toJson(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return int(value);
  } else {
    Writer writer;
    T copy = value;
    visit(writer, copy);
    return writer.object;
  }
}

// ---- reading

template <typename T>
void fromJson(const QJsonValue& json, T& value);

void fromJson(const QJsonValue& json, QString& value) {
  value = json.toString();
}
void fromJson(const QJsonValue& json, bool& value) {
  value = json.toBool();
}
void fromJson(const QJsonValue& json, double& value) {
  value = json.toDouble();
}
void fromJson(const QJsonValue& json, int& value) {
  value = json.toInt();
}
void fromJson(const QJsonValue& json, qint64& value) {
  value = json.toInteger();
}
void fromJson(const QJsonValue& json, quint64& value) {
  value = quint64(json.toInteger());
}
void fromJson(const QJsonValue& json, Sample& value) {
  const QJsonArray array = json.toArray();
  value = Sample{array.at(0).toInteger(), array.at(1).toDouble(), array.at(2).toDouble()};
}
template <typename A, typename B>
void fromJson(const QJsonValue& json, std::pair<A, B>& value) {
  const QJsonArray array = json.toArray();
  fromJson(array.at(0), value.first);
  fromJson(array.at(1), value.second);
}
template <typename T>
void fromJson(const QJsonValue& json, QList<T>& list) {
  list.clear();
  for (const QJsonValue& item : json.toArray()) {
    T value{};
    fromJson(item, value);
    list.append(value);
  }
}

struct Reader {
  QJsonObject object;
  template <typename T>
  void operator()(const char* name, T& value) {
    const auto found = object.constFind(QLatin1String(name));
    if (found != object.constEnd()) fromJson(*found, value);
  }
};

template <typename T>
void fromJson(const QJsonValue& json, T& value) {
  if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(json.toInt());
  } else {
    Reader reader{json.toObject()};
    visit(reader, value);
  }
}

// ---- the kinds, in the order of the variant's alternatives

using Body = decltype(PlantEvent::body);
constexpr std::array kKinds = {"heard",   "plant",   "link", "serving", "sites",    "departures",
                               "view",    "news",    "lots", "figures", "requests", "sensors",
                               "samples", "command", "ack",  "gap",     "mark"};
static_assert(kKinds.size() == std::variant_size_v<Body>);

template <std::size_t Index = 0>
bool readBody(std::size_t index, const QJsonObject& object, Body& body) {
  if constexpr (Index < std::variant_size_v<Body>) {
    if (Index != index) return readBody<Index + 1>(index, object, body);
    fromJson(QJsonValue(object), body.template emplace<Index>());
    return true;
  }
  return false;
}

}  // namespace

QByteArray toLine(const PlantEvent& event) {
  QJsonObject object =
      std::visit([](const auto& body) { return toJson(body).toObject(); }, event.body);
  object.insert(QStringLiteral("at"), event.atMs);
  object.insert(QStringLiteral("kind"), QLatin1String(kKinds.at(event.body.index())));
  return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

PlantEvent parseLine(const QByteArray& line, QString& wrong) {
  PlantEvent event;
  wrong.clear();
  QJsonParseError error;
  const QJsonDocument document = QJsonDocument::fromJson(line, &error);
  if (!document.isObject()) {
    wrong = inContext("not a JSON object: %1").arg(error.errorString());
    return event;
  }
  const QJsonObject object = document.object();
  const QString kind = object.value(QStringLiteral("kind")).toString();
  for (std::size_t index = 0; index < kKinds.size(); ++index) {
    if (kind != QLatin1String(kKinds.at(index))) continue;
    event.atMs = object.value(QStringLiteral("at")).toInteger();
    readBody(index, object, event.body);
    return event;
  }
  wrong = inContext("unknown kind \"%1\"").arg(kind);
  return event;
}

QList<PlantEvent> parseRecording(const QByteArray& text, QString& wrong) {
  QList<PlantEvent> events;
  int number = 0;
  for (const QByteArray& line : text.split('\n')) {
    ++number;
    if (line.trimmed().isEmpty()) continue;
    const PlantEvent event = parseLine(line, wrong);
    if (!wrong.isEmpty()) {
      wrong = inContext("line %1: %2").arg(number).arg(wrong);
      return events;
    }
    events.append(event);
  }
  return events;
}

}  // namespace cohort::console
