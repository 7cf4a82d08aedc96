/// A small plant for the console's tests: three sites, one service with a minimum of two.
#pragma once

#include "console/models/state_builder.h"

namespace cohort::console::fixture {

inline constexpr qint64 kStartMs = 1795442400000LL;

inline PlantEvent heardAt(qint64 afterMs, decltype(PlantEvent::body) body) {
  return {kStartMs + afterMs, std::move(body)};
}

inline PlantInfo plant() {
  PlantInfo info;
  info.name = QStringLiteral("test");
  info.sites = {{1, QStringLiteral("alpha"), {}},
                {2, QStringLiteral("beta"), {}},
                {3, QStringLiteral("gamma"), {}}};
  info.services = {{QStringLiteral("emulsion"), {1, 2, 3}, 2}};
  return info;
}

inline GroupChange view(quint64 number, const QStringList& members,
                        const QList<std::pair<QString, Departure>>& departed = {}) {
  return {QStringLiteral("emulsion"), QStringLiteral("group 1"), number, members, departed};
}

/// Linked, serving, three sites, emulsion with one member each.
inline QList<PlantEvent> healthy() {
  const QString a = QStringLiteral("1.1/1");
  const QString b = QStringLiteral("2.1/1");
  const QString c = QStringLiteral("3.1/1");
  return {heardAt(0, plant()),
          heardAt(1, LinkChange{true, 1, {}}),
          heardAt(2, SitesChange{1, {{1, 1}, {2, 1}, {3, 1}}, {}}),
          heardAt(3, view(1, {a})),
          heardAt(4, view(2, {a, b})),
          heardAt(5, view(3, {a, b, c}))};
}

inline PlantStatePtr fold(const QList<PlantEvent>& events) {
  StateBuilder builder(false);
  for (const PlantEvent& one : events) builder.apply(one);
  return builder.publish();
}

}  // namespace cohort::console::fixture
