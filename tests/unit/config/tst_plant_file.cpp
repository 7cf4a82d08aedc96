// Goal: a plant file is read whole, and every kind of fault is named with file, line, key, remedy.
// Method: parse texts in memory, one fault each; the shipped file is read from the source tree.
#include "platform/config/plant_file.h"

#include <QtTest>

using namespace cohort;
using namespace cohort::config;

namespace {

const std::string kGood = R"([plant]
name = "small"
model = "minifab"
clock_factor = 60
data_directory = "data"

[[sites]]
number = 1
name = "alpha"
address = "127.0.0.1"
port = 7401

[[sites]]
number = 2
name = "beta"
address = "127.0.0.2"
port = 7401

[[services]]
name = "news"
sites = [1, 2]

[[stations]]
name = "Ma"
kind = "diffusion"
address = "127.0.0.1"
port = 7501

[sensors]
site = 1
)";

std::string with(const std::string& old_text, const std::string& new_text) {
  std::string text = kGood;
  const auto place = text.find(old_text);
  if (place == std::string::npos) return {};
  return text.replace(place, old_text.size(), new_text);
}

QString fault_of(const std::string& text) {
  const auto file = parse_plant_file(text, "/p/plant.toml");
  return file ? QString("no fault") : QString::fromStdString(file.error().text);
}

}  // namespace

class TstPlantFile : public QObject {
  Q_OBJECT

 private slots:
  void good_file_is_read_whole();
  void shipped_file_is_good();
  void fault_names_line_key_and_remedy_data();
  void fault_names_line_key_and_remedy();
  void all_faults_are_reported_at_once();
  void two_paths_witness_and_operators_are_read();
  void tls_is_off_on_the_loopback_and_on_elsewhere();
  void missing_file_is_an_io_error();
  void settings_hash_changes_with_id_and_model_not_with_hosts();
};

void TstPlantFile::good_file_is_read_whole() {
  const auto file = parse_plant_file(kGood, "/p/plant.toml");
  QVERIFY2(file.has_value(), file ? "" : file.error().text.c_str());
  QCOMPARE(file->plant.name, std::string("small"));
  QCOMPARE(file->plant.clock_factor, 60.0);
  QCOMPARE(file->plant.data_directory.native(), std::string("/p/data"));
  QCOMPARE(file->sites.size(), std::size_t{2});
  QCOMPARE(file->site(SiteId{2})->name, std::string("beta"));
  QCOMPARE(file->site_named("alpha")->number.value, std::uint16_t{1});
  QVERIFY(file->site(SiteId{3}) == nullptr);
  QCOMPARE(file->service("news")->sites.size(), std::size_t{2});
  QCOMPARE(file->service("news")->minimum, 2u);
  QVERIFY(file->station("Ma")->kind == StationKind::kDiffusion);
  QCOMPARE(file->sensors->site.value, std::uint16_t{1});
  QCOMPARE(socket_path(*file, SiteId{2}).native(), std::string("/p/data/site-2/cohortd.sock"));
}

void TstPlantFile::shipped_file_is_good() {
  const auto file = read_plant_file(COHORT_SOURCE_DIR "/deploy/config/minifab.toml");
  QVERIFY2(file.has_value(), file ? "" : file.error().text.c_str());
  QCOMPARE(file->sites.size(), std::size_t{3});
  QCOMPARE(file->services.size(), std::size_t{6});
  QCOMPARE(file->stations.size(), std::size_t{6});
}

void TstPlantFile::fault_names_line_key_and_remedy_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("fault");
  const auto row = [](const char* name, const std::string& text, const char* fault) {
    QTest::newRow(name) << QString::fromStdString(text) << QString(fault);
  };
  row("no TOML", "[plant\n", "/p/plant.toml:1: ");
  row("unknown key", with("clock_factor = 60", "clock_factor = 60\nspeed = 2"),
      "/p/plant.toml:5: key 'plant.speed': is unknown; allowed: clock_factor, data_directory, "
      "id, model, name, operators, tls, tls_directory");
  row("unknown table", kGood + "[extra]\n",
      "/p/plant.toml:31: key 'extra': is unknown; allowed: plant, sensors, services, sites, "
      "stations");
  row("service at a witness",
      with("port = 7401\n\n[[services]]", "port = 7401\nwitness = true\n\n[[services]]"),
      "/p/plant.toml:22: key 'services[1].sites': 2 is a witness");
  row("missing key", with("model = \"minifab\"\n", ""),
      "/p/plant.toml:1: key 'plant.model': is missing; allowed: minifab");
  row("wrong type", with("clock_factor = 60", "clock_factor = \"fast\""),
      "/p/plant.toml:4: key 'plant.clock_factor': is a text; allowed: a number from 0.001 to "
      "1000000");
  row("out of range", with("port = 7501", "port = 70000"),
      "/p/plant.toml:27: key 'stations[1].port': is 70000; allowed: an integer from 1 to 65535");
  row("unknown model", with("\"minifab\"", "\"maxifab\""),
      "/p/plant.toml:3: key 'plant.model': 'maxifab' is unknown; allowed: minifab");
  row("bad name", with("\"alpha\"", "\"al pha\""),
      "/p/plant.toml:9: key 'sites[1].name': 'al pha' is no name; allowed: 1 to 64 letters, "
      "digits, '-' or '_', beginning with a letter");
  row("bad address", with("\"127.0.0.2\"", "\"beta.local\""),
      "/p/plant.toml:16: key 'sites[2].address': 'beta.local' is no address; allowed: an IPv4 or "
      "IPv6 address, for example 127.0.0.1");
  row("port clash", with("port = 7501", "port = 7401"),
      "/p/plant.toml:27: key 'stations[1].port': port 7401 of 127.0.0.1 is taken in line 11; "
      "allowed: a port that nothing else of the plant uses at this address");
  row("duplicate site name", with("\"beta\"", "\"alpha\""),
      "/p/plant.toml:15: key 'sites[2].name': the site name alpha is taken in line 9; allowed: a "
      "name that no other site has");
  std::string same_number = with("number = 2", "number = 1");
  same_number.replace(same_number.find("[1, 2]"), 6, "[1]");
  row("duplicate site number", same_number,
      "/p/plant.toml:14: key 'sites[2].number': the site number 1 is taken in line 8; allowed: a "
      "number that no other site has");
  row("unknown service", with("\"news\"", "\"gossip\""),
      "/p/plant.toml:20: key 'services[1].name': 'gossip' is no service; allowed: news, "
      "remote-execution, emulsion, processing, transport, scheduling");
  row("service at no site", with("[1, 2]", "[1, 7]"),
      "/p/plant.toml:21: key 'services[1].sites': 7 is no site; allowed: numbers of this plant's "
      "sites, each once: 1, 2");
  row("sites of wrong type", with("[1, 2]", "[1, \"beta\"]"),
      "/p/plant.toml:21: key 'services[1].sites': holds an element that is a text; allowed: "
      "numbers of this plant's sites, each once: 1, 2");
  row("too high minimum", with("[1, 2]", "[1, 2]\nminimum = 3"),
      "/p/plant.toml:22: key 'services[1].minimum': is 3; allowed: an integer from 1 to 2");
  row("unknown kind", with("\"diffusion\"", "\"oven\""),
      "/p/plant.toml:25: key 'stations[1].kind': 'oven' is unknown; allowed: diffusion, implant, "
      "lithography, transporter");
  row("sensors at no site", with("site = 1\n", "site = 9\n"),
      "/p/plant.toml:30: key 'sensors.site': 9 is no site; allowed: numbers of this plant's "
      "sites, each once: 1, 2");
  row("too long folder", with("\"data\"", "\"" + std::string(100, 'x') + "\""),
      "/p/plant.toml:5: key 'plant.data_directory': makes the path of a site's socket 127 bytes "
      "long; allowed: a shorter folder: a socket's path holds 107 bytes");
}

void TstPlantFile::fault_names_line_key_and_remedy() {
  QFETCH(QString, text);
  QFETCH(QString, fault);
  const QString found = fault_of(text.toStdString());
  QVERIFY2(found.startsWith(fault), qPrintable(found));
  QVERIFY2(!found.contains('\n'), qPrintable(found));
  QVERIFY(found.contains("; allowed: "));
}

void TstPlantFile::all_faults_are_reported_at_once() {
  std::string text = with("\"beta\"", "\"alpha\"");
  text.replace(text.find("port = 7501"), 11, "port = true");
  const QStringList lines = fault_of(text).split('\n');
  QCOMPARE(lines.size(), 2);
  QVERIFY(lines[0].startsWith("/p/plant.toml:15: "));
  QVERIFY(lines[1].startsWith("/p/plant.toml:27: "));
}

void TstPlantFile::two_paths_witness_and_operators_are_read() {
  std::string text = with("address = \"127.0.0.2\"",
                          "address = \"127.0.0.2\"\nsecond_address = \"::1\"\nsecond_port = 7409");
  text = text.replace(text.find("[[services]]"), 0,
                      "[[sites]]\nnumber = 9\nname = \"w\"\naddress = \"127.0.0.9\"\nport = 7401\n"
                      "witness = true\n");
  text = text.replace(text.find("clock_factor"), 0, "operators = [\"ann\", \"bob\"]\n");
  const auto file = parse_plant_file(text, "/p/plant.toml");
  QVERIFY2(file.has_value(), file ? "" : file.error().text.c_str());
  QCOMPARE(file->site(SiteId{2})->second_address, std::string("::1"));
  QCOMPARE(file->site(SiteId{2})->second_port, std::uint16_t{7409});
  QVERIFY(file->site(SiteId{1})->second_address.empty());
  QVERIFY(file->site(SiteId{9})->witness);
  QCOMPARE(file->plant.operators.size(), std::size_t{2});
}

void TstPlantFile::tls_is_off_on_the_loopback_and_on_elsewhere() {
  const auto mode = [](const std::string& text) {
    const auto file = parse_plant_file(text, "/p/plant.toml");
    return file ? static_cast<int>(file->plant.tls) : -1;
  };
  const auto say = [](std::string text, const std::string& tls) {
    return text.replace(text.find("clock_factor"), 0, "tls = \"" + tls + "\"\n");
  };
  const std::string abroad = with("\"127.0.0.2\"", "\"10.0.0.2\"");
  QCOMPARE(mode(kGood), static_cast<int>(TlsMode::kOff));
  QCOMPARE(mode(say(kGood, "on")), static_cast<int>(TlsMode::kOn));
  QCOMPARE(mode(abroad), static_cast<int>(TlsMode::kOn));
  QCOMPARE(mode(say(abroad, "off-closed-network")), static_cast<int>(TlsMode::kOffClosedNetwork));
  QVERIFY(fault_of(say(abroad, "off")).contains("plant.tls': is off, and a site has an address"));
  QVERIFY(fault_of(say(kGood, "maybe")).contains("'maybe' is unknown"));
  QCOMPARE(parse_plant_file(abroad, "/p/plant.toml")->plant.tls_directory.native(),
           std::string("/p/tls"));
}

void TstPlantFile::missing_file_is_an_io_error() {
  const auto file = read_plant_file("/nowhere/plant.toml");
  QVERIFY(!file);
  QVERIFY(file.error().code == Errc::kIo);
  QVERIFY(QString::fromStdString(file.error().text).contains("--config FILE"));
}

void TstPlantFile::settings_hash_changes_with_id_and_model_not_with_hosts() {
  const auto hash = [](const std::string& text) {
    return settings_hash(*parse_plant_file(text, "/p/plant.toml"));
  };
  QCOMPARE(hash(with("clock_factor = 60", "clock_factor = 61")), hash(kGood));
  QCOMPARE(hash(with("\"127.0.0.2\"", "\"127.0.0.9\"")), hash(kGood));
  QVERIFY(hash(with("model = \"minifab\"", "model = \"minifab\"\nid = \"b\"")) != hash(kGood));
}

QTEST_GUILESS_MAIN(TstPlantFile)
#include "tst_plant_file.moc"
