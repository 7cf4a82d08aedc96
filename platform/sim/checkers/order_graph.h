/// A union of local orders, and whether it has a cycle.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "platform/sim/checkers/index.h"

namespace cohort::sim::checkers {

/// Nodes are events that several processes see; each process contributes the chain in which it saw
/// them. Key: anything ordered.
template <typename Key>
class OrderGraph {
 public:
  /// The process saw `key` at `place`, after all that it added before.
  void add(ProcessId process, const Key& key, Place place) {
    const std::size_t node = node_of(key);
    if (auto last = last_.find(process); last != last_.end() && last->second.first != node) {
      edges_[last->second.first].push_back({node, last->second.second, place});
    }
    last_[process] = {node, place};
  }

  /// The places of a cycle's edges, two for each edge; nothing where the union is acyclic.
  std::optional<std::vector<Place>> find_cycle() const {
    std::vector<std::size_t> incoming(edges_.size());
    for (const auto& list : edges_) {
      for (const Edge& edge : list) ++incoming[edge.to];
    }
    std::vector<std::size_t> free;
    for (std::size_t node = 0; node < edges_.size(); ++node) {
      if (incoming[node] == 0) free.push_back(node);
    }
    std::size_t removed = 0;
    while (!free.empty()) {
      const std::size_t node = free.back();
      free.pop_back();
      ++removed;
      for (const Edge& edge : edges_[node]) {
        if (--incoming[edge.to] == 0) free.push_back(edge.to);
      }
    }
    if (removed == edges_.size()) return std::nullopt;
    return shortest_cycle(incoming);
  }

 private:
  struct Edge {
    std::size_t to = 0;
    Place before;
    Place after;
  };
  struct Step {
    std::size_t from = 0;
    const Edge* edge = nullptr;
  };

  std::size_t node_of(const Key& key) {
    auto [found, is_new] = nodes_.try_emplace(key, edges_.size());
    if (is_new) edges_.emplace_back();
    return found->second;
  }

  /// Breadth first from each node that was left until one comes back to itself.
  std::vector<Place> shortest_cycle(const std::vector<std::size_t>& left) const {
    std::vector<Place> best;
    std::size_t tried = 0;
    for (std::size_t start = 0; start < edges_.size() && tried < 200; ++start) {
      if (left[start] == 0) continue;
      ++tried;
      std::vector<Place> cycle = cycle_through(start, left);
      if (!cycle.empty() && (best.empty() || cycle.size() < best.size())) best = cycle;
    }
    return best;
  }

  std::vector<Place> cycle_through(std::size_t start, const std::vector<std::size_t>& left) const {
    std::map<std::size_t, Step> reached;
    std::vector<std::size_t> queue{start};
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::size_t node = queue[head];
      for (const Edge& edge : edges_[node]) {
        if (left[edge.to] == 0 || reached.contains(edge.to)) continue;
        reached[edge.to] = {node, &edge};
        if (edge.to == start) return unwind(start, reached);
        queue.push_back(edge.to);
      }
    }
    return {};
  }

  static std::vector<Place> unwind(std::size_t start, const std::map<std::size_t, Step>& reached) {
    std::vector<Place> places;
    std::size_t node = start;
    do {
      const Step& step = reached.at(node);
      places.push_back(step.edge->before);
      places.push_back(step.edge->after);
      node = step.from;
    } while (node != start);
    return places;
  }

  std::map<Key, std::size_t> nodes_;
  std::vector<std::vector<Edge>> edges_;
  std::map<ProcessId, std::pair<std::size_t, Place>> last_;
};

}  // namespace cohort::sim::checkers
