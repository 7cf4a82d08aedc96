/// Reads the arguments that have a form of their own, and refuses others with what is allowed.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/time.h"
#include "platform/config/plant_file.h"
#include "platform/wire/plant_record.h"

namespace cohort::cli {

/// One member of a service, written NAME@SITE: "emulsion@alpha" or "emulsion@1".
struct MemberName {
  std::string service;
  SiteId site;
};

/// A site by its name or number. Errors: kInvalidArgument, naming the plant's sites.
Result<SiteId> parse_site(std::string_view text, const config::PlantFile& plant);

/// "10.0.0.4:7401" or "[fd00::4]:7401". Errors: kInvalidArgument.
Result<wire::Endpoint> parse_endpoint(std::string_view text);

/// The site's name, or its number where the plant file has none of that number.
std::string site_text(SiteId site, const config::PlantFile& plant);

/// "alpha, beta, gamma".
std::string site_names(const config::PlantFile& plant);

/// Errors: kInvalidArgument, naming the services and sites that there are.
Result<MemberName> parse_member(std::string_view text, const config::PlantFile& plant);

/// "250ms", "30s", "5m", "1h", "2d". Errors: kInvalidArgument.
Result<Duration> parse_length(std::string_view text);

/// "2026-11-23T10:46:13Z", with a fraction of up to nine digits and "Z" or an offset "+01:00"; or
/// "now"; or "-5m" before now. Errors: kInvalidArgument; a moment without a zone is refused.
Result<WallTime> parse_moment(std::string_view text, WallTime now);

}  // namespace cohort::cli
