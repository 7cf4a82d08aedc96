// Goal: messages survive their way over the wire, and hostile bytes never become a message or a
// crash. Method: round trips of every field type, limits at the limit and one above, truncation and
// noise.
#include "platform/wire/message.h"

#include <QtTest>

#include "platform/base/limits.h"
#include "platform/base/rng.h"
#include "platform/wire/codec.h"

using namespace cohort;
using wire::Message;

namespace {

Message sample() {
  Message inner;
  inner.set("deep", std::int64_t{-5});
  Message message;
  message.set("flag", true).set("integer", std::int64_t{INT64_MIN}).set("real", 0.1);
  message.set("text", "Gruß \"quoted\"\n").set("bytes", Bytes{0, 255, 7});
  message.set("process", ProcessId::make({SiteId{2}, Incarnation{7}}, 5));
  message.set("group", GroupId::make(12)).set("message", inner);
  message.set("list", Message::List{inner, Message{}, inner});
  return message;
}

Message nested(std::size_t depth) {
  Message message;
  for (std::size_t i = 1; i < depth; ++i) {
    Message outer;
    outer.set("m", std::move(message));
    message = std::move(outer);
  }
  return message;
}

Bytes with_fields(std::size_t count) {
  wire::Encoder out;
  out.varint(count);
  for (std::size_t i = 0; i < count; ++i) {
    out.text("f" + std::to_string(i));
    out.u8(0);
    out.boolean(true);
  }
  return out.take();
}

Bytes with_name(std::size_t length) {
  wire::Encoder out;
  out.varint(1);
  out.text(std::string(length, 'x'));
  out.u8(0);
  out.boolean(true);
  return out.take();
}

}  // namespace

class TstMessage : public QObject {
  Q_OBJECT
 private slots:
  void message_everyType_survivesTheWay() {
    const auto decoded = Message::decode(sample().encode());
    QVERIFY(decoded.has_value());
    QVERIFY(*decoded == sample());
  }

  void size_isKnownWithoutEncoding() {
    QCOMPARE(sample().encoded_size(), sample().encode().size());
    QCOMPARE(Message{}.encoded_size(), Message{}.encode().size());
    // Where lengths and numbers grow by a byte.
    for (int bits = 0; bits < 64; ++bits) {
      for (const std::uint64_t off : {std::uint64_t{0}, std::uint64_t{1}}) {
        Message message;
        message.set("n", static_cast<std::int64_t>((std::uint64_t{1} << bits) - off));
        message.set("b", Bytes(((std::size_t{1} << bits) - off) & 0x3ffff));
        QCOMPARE(message.encoded_size(), message.encode().size());
      }
    }
  }

  void field_absentOrOfAnotherType_givesTheFallback() {
    const Message message = sample();
    QCOMPARE(message.integer("absent", 3), 3);
    QCOMPARE(message.integer("text", 4), 4);
    QCOMPARE(message.text("integer", "none"), std::string("none"));
    QVERIFY(message.find("absent") == nullptr);
  }

  void field_setTwice_isReplacedInItsPlace() {
    Message message = sample();
    message.set("flag", 7);
    QCOMPARE(message.fields().front().first, std::string("flag"));
    QCOMPARE(message.integer("flag"), 7);
    message.erase("flag");
    QVERIFY(!message.has("flag"));
  }

  void bytes_truncatedAnywhere_areRefused() {
    const Bytes bytes = sample().encode();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      QVERIFY(!Message::decode(ByteView(bytes).first(length)).has_value());
    }
  }

  void bytes_changedAnywhere_neverCrash() {
    const Bytes good = sample().encode();
    Rng random(42);
    for (int round = 0; round < 20000; ++round) {
      Bytes bad = good;
      for (int i = 0; i < 3; ++i) bad[random.below(bad.size())] = std::uint8_t(random.below(256));
      const auto decoded = Message::decode(bad);
      if (decoded) QVERIFY(Message::decode(decoded->encode()).has_value());
    }
  }

  void limits_atTheLimit_pass_oneAbove_areRefused() {
    QVERIFY(Message::decode(with_fields(limits::kMessageFields)).has_value());
    QVERIFY(!Message::decode(with_fields(limits::kMessageFields + 1)).has_value());
    QVERIFY(Message::decode(with_name(limits::kNameBytes)).has_value());
    QVERIFY(!Message::decode(with_name(limits::kNameBytes + 1)).has_value());
    QVERIFY(!Message::decode(with_name(0)).has_value());
    QVERIFY(Message::decode(nested(limits::kMessageDepth).encode()).has_value());
    QVERIFY(!Message::decode(nested(limits::kMessageDepth + 1).encode()).has_value());
  }

  void fields_ofOneName_areRefused() {
    wire::Encoder out;
    out.varint(2);
    for (int i = 0; i < 2; ++i) {
      out.text("same");
      out.u8(0);
      out.boolean(true);
    }
    QVERIFY(!Message::decode(out.view()).has_value());
  }

  void json_everyType_isWritten() {
    QCOMPARE(sample().to_json(),
             std::string("{\"flag\":true,\"integer\":-9223372036854775808,\"real\":0.1,"
                         "\"text\":\"Gruß \\\"quoted\\\"\\n\",\"bytes\":\"00ff07\","
                         "\"process\":\"2.7/5\",\"group\":\"group 12\",\"message\":{\"deep\":-5},"
                         "\"list\":[{\"deep\":-5},{},{\"deep\":-5}]}"));
  }

  void json_textIsNoUtf8_showsReplacements() {
    Message message;
    message.set("t", std::string_view("a\xff\xc3", 3));
    QCOMPARE(message.to_json(), std::string("{\"t\":\"a\\ufffd\\ufffd\"}"));
  }
};

QTEST_GUILESS_MAIN(TstMessage)
#include "tst_message.moc"
