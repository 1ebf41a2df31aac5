package dev.echo.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.echo.Endpoint;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Headers of the PROXY protocol, written as HAProxy's proxy-protocol.txt shows them. */
public final class ProxyHeaders {

  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final String IPV4 = "c0000201c0000202c8221b5f";
  private static final String IPV6 =
      "20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "c8221b5f";
  private static final String MAPPED =
      "00000000000000000000ffffc0000201" + "20010db8000000000000000000000002" + "c8221b5f";

  private static final Endpoint CLIENT = Endpoint.tcp("192.0.2.1", 51_234);
  private static final Endpoint CLIENT_6 = Endpoint.tcp("2001:db8::1", 51_234);
  private static final Endpoint UNIX_CLIENT = Endpoint.unix(Path.of(""));

  private ProxyHeaders() {}

  /** A line of version 1. */
  public static byte[] line(String fields) {
    return ("PROXY " + fields + "\r\n").getBytes(ISO_8859_1);
  }

  /** A header of version 2, in hexadecimal digits from the version on. */
  public static byte[] binary(String commandAndFamily, String rest) {
    byte[] bytes = HexFormat.of().parseHex(rest);
    byte[] fixed = HexFormat.of().parseHex(SIGNATURE + commandAndFamily);
    return ByteBuffer.allocate(fixed.length + 2 + bytes.length)
        .put(fixed)
        .putShort((short) bytes.length)
        .put(bytes)
        .array();
  }

  /** Of 192.0.2.1, port 51234, with so many bytes behind the addresses. */
  public static byte[] ofClient(int more) {
    return binary("2111", IPV4 + "fe".repeat(more));
  }

  /** Each with the client that it names, or null. */
  public static Stream<Arguments> good() {
    return Stream.of(
        good("TCP4", line("TCP4 192.0.2.1 192.0.2.2 51234 7007"), CLIENT),
        good("shortest TCP4", line("TCP4 1.1.1.1 1.1.1.1 0 0"), Endpoint.tcp("1.1.1.1", 0)),
        good(
            "longest TCP4",
            line("TCP4 255.255.255.255 255.255.255.255 65535 65535"),
            Endpoint.tcp("255.255.255.255", 65_535)),
        good("TCP6", line("TCP6 2001:db8::1 2001:DB8::2 51234 7007"), CLIENT_6),
        good("shortest TCP6", line("TCP6 :: :: 1 1"), Endpoint.tcp("::", 1)),
        good(
            "longest TCP6",
            line("TCP6 " + "ffff:".repeat(7) + "ffff " + "ffff:".repeat(7) + "ffff 65535 65535"),
            Endpoint.tcp("ffff:".repeat(7) + "ffff", 65_535)),
        good("mapped TCP6", line("TCP6 ::ffff:192.0.2.1 ::ffff:c000:202 51234 7007"), CLIENT),
        good("UNKNOWN", line("UNKNOWN"), null),
        good(
            "longest UNKNOWN",
            line("UNKNOWN " + "ffff:".repeat(7) + "ffff " + "ffff:".repeat(7) + "ffff 65535 65535"),
            null),
        good("UNKNOWN with anything", line("UNKNOWN \0 a  b \377"), null),
        good("IPv4", binary("2111", IPV4), CLIENT),
        good("IPv6", binary("2121", IPV6), CLIENT_6),
        good("mapped IPv6", binary("2121", MAPPED), CLIENT),
        good("Unix", binary("2131", "00".repeat(216)), UNIX_CLIENT),
        good("Unix and more", binary("2131", "2f".repeat(300)), UNIX_CLIENT),
        good("unspecified", binary("2100", ""), null),
        good("unspecified with anything", binary("2100", "ab".repeat(300)), null),
        good("unspecified family", binary("2101", IPV4), null),
        good("unspecified transport", binary("2110", "ab"), null),
        good("local", binary("2000", ""), null),
        good("local with addresses", binary("2011", IPV4), null),
        good("local of any family", binary("20f9", "ab"), null),
        good("one byte more", ofClient(1), CLIENT),
        good("as much more as can be", ofClient(65_523), CLIENT),
        good("IPv6 and more", binary("2121", IPV6 + "04" + "00".repeat(1000)), CLIENT_6),
        good("local and as much as can be", binary("2000", "00".repeat(65_535)), null));
  }

  /** Each with the reason why it is none. */
  public static Stream<Arguments> bad() {
    String other = "the connection starts with something else";
    String ending = "its line does not end as it must";
    String longer = "its line is longer than 107 bytes";
    String protocol = "its protocol is none of TCP4, TCP6, UNKNOWN: ";
    String source4 = "the address of its source is none of TCP4: ";
    String source6 = "the address of its source is none of TCP6: ";
    String port = "the port of its source is none: ";
    return Stream.of(
        bad("a message", "hello\n".getBytes(ISO_8859_1), other),
        bad("a message that begins alike", "PROXIMITY\n".getBytes(ISO_8859_1), other),
        bad("lower case", "proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n".getBytes(ISO_8859_1), other),
        bad("a tab", "PROXY\tTCP4 1.1.1.1 1.1.1.1 1 1\r\n".getBytes(ISO_8859_1), other),
        bad("a greeting of TLS", HexFormat.of().parseHex("160301"), other),
        bad("another signature", HexFormat.of().parseHex(SIGNATURE.replace("54", "55")), other),
        bad("line feed alone", "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n".getBytes(ISO_8859_1), ending),
        bad("carriage return within", line("TCP4 1.1.1.1\r1.1.1.1 1 1"), ending),
        bad("two carriage returns", line("TCP4 1.1.1.1 1.1.1.1 1 1\r"), ending),
        bad("line feed within what is ignored", line("UNKNOWN a\nb"), ending),
        bad("too short a line", line("TCP4"), ending),
        bad("the end one byte too late", line("UNKNOWN " + "x".repeat(92)), longer),
        bad("never an end", line("TCP4 " + "1".repeat(1000)), longer),
        bad("the end within a CR", line("UNKNOWN " + "x".repeat(91) + "\r"), ending),
        bad("no protocol", line(" 192.0.2.1 192.0.2.2 51234 7007"), protocol + "\"\""),
        bad("another protocol", line("UDP4 192.0.2.1 192.0.2.2 51234 7007"), protocol + "\"UDP4\""),
        bad("more than a protocol", line("UNKNOWN5"), protocol + "\"UNKNOWN5\""),
        bad(
            "lower case protocol",
            line("tcp4 192.0.2.1 192.0.2.2 51234 7007"),
            protocol + "\"tcp4\""),
        bad(
            "a port missing",
            line("TCP4 192.0.2.1 192.0.2.2 51234"),
            "its line has 5 fields instead of 6"),
        bad(
            "more fields",
            line("TCP4 192.0.2.1 192.0.2.2 51234 7007 x"),
            "its line has 7 fields instead of 6"),
        bad(
            "a space at the end",
            line("TCP4 192.0.2.1 192.0.2.2 51234 7007 "),
            "its line has 7 fields instead of 6"),
        bad(
            "control characters",
            line("\33[2J\"\\\0\377 1.1.1.1 1.1.1.1 1 1"),
            protocol + "\"\\u001b[2J\\u0022\\u005c\\u0000\\u00ff\""),
        bad("no ports", line("TCP4 1.1.1.1 1.1.1.1"), "its line has 4 fields instead of 6"),
        bad("no destination at all", line("TCP4 1.1.1.1"), "its line has 3 fields instead of 6"),
        bad("a protocol alone", line("TCP4x2345678"), protocol + "\"TCP4x2345678\""),
        bad("one long field", line("TCP4 " + "x".repeat(94)), "its line has 3 fields instead of 6"),
        bad("two spaces", line("TCP4 192.0.2.1  192.0.2.2 51234"), port + "\"192.0.2.2\""),
        bad(
            "IPv6 as IPv4",
            line("TCP4 2001:db8::1 2001:db8::2 51234 7007"),
            source4 + "\"2001:db8::1\""),
        bad(
            "zeros before",
            line("TCP4 192.0.02.1 192.0.2.2 51234 7007"),
            source4 + "\"192.0.02.1\""),
        bad("three numbers", line("TCP4 192.0.2 192.0.2.2 51234 7007"), source4 + "\"192.0.2\""),
        bad(
            "a number too large",
            line("TCP4 192.0.2.256 192.0.2.2 51234 7007"),
            source4 + "\"192.0.2.256\""),
        bad("a name", line("TCP4 localhost 192.0.2.2 51234 7007"), source4 + "\"localhost\""),
        bad(
            "no destination",
            line("TCP4 192.0.2.1 x 51234 7007"),
            "the address of its destination is none of TCP4: \"x\""),
        bad("IPv4 as IPv6", line("TCP6 192.0.2.1 192.0.2.2 51234 7007"), source6 + "\"192.0.2.1\""),
        bad("a zone", line("TCP6 fe80::1%1 2001:db8::2 51234 7007"), source6 + "\"fe80::1%1\""),
        bad(
            "brackets",
            line("TCP6 [2001:db8::1] 2001:db8::2 51234 7007"),
            source6 + "\"[2001:db8::1]\""),
        bad(
            "two gaps",
            line("TCP6 2001::db8::1 2001:db8::2 51234 7007"),
            source6 + "\"2001::db8::1\""),
        bad(
            "five digits",
            line("TCP6 02001:db8::1 2001:db8::2 51234 7007"),
            source6 + "\"02001:db8::1\""),
        bad(
            "nine groups",
            line("TCP6 1:2:3:4:5:6:7:8:9 2001:db8::2 51234 7007"),
            source6 + "\"1:2:3:4:5:6:7:8:9\""),
        bad(
            "no IPv4 at the end",
            line("TCP6 ::ffff:192.0.02.1 2001:db8::2 51234 7007"),
            source6 + "\"::ffff:192.0.02.1\""),
        bad("a port too large", line("TCP4 192.0.2.1 192.0.2.2 65536 7007"), port + "\"65536\""),
        bad(
            "a port with a zero before",
            line("TCP4 192.0.2.1 192.0.2.2 01234 7007"),
            port + "\"01234\""),
        bad("a port with a sign", line("TCP4 192.0.2.1 192.0.2.2 +1 7007"), port + "\"+1\""),
        bad("a port below zero", line("TCP4 192.0.2.1 192.0.2.2 -1 7007"), port + "\"-1\""),
        bad(
            "no port",
            line("TCP4 192.0.2.1 192.0.2.2 51234 x"),
            "the port of its destination is none: \"x\""),
        bad("version 1 in version 2", binary("1111", IPV4), "its version is 1"),
        bad("version 3", binary("3111", IPV4), "its version is 3"),
        bad("version 0", binary("0111", IPV4), "its version is 0"),
        bad("another command", binary("2211", IPV4), "its command is 2"),
        bad("the last command", binary("2f11", IPV4), "its command is 15"),
        bad("family", binary("2141", IPV4), "its family 4 or transport 1 is unknown"),
        bad("the last family", binary("21f1", IPV4), "its family 15 or transport 1 is unknown"),
        bad("transport", binary("2113", IPV4), "its family 1 or transport 3 is unknown"),
        bad("datagrams", binary("2112", IPV4), "it is for datagrams"),
        bad("IPv6 datagrams", binary("2122", IPV6), "it is for datagrams"),
        bad("Unix datagrams", binary("2132", "00".repeat(216)), "it is for datagrams"),
        bad("no IPv4", binary("2111", ""), "its 0 bytes are too few for its addresses"),
        bad(
            "a byte of IPv4 missing",
            binary("2111", IPV4.substring(2)),
            "its 11 bytes are too few for its addresses"),
        bad(
            "a byte of IPv6 missing",
            binary("2121", IPV6.substring(2)),
            "its 35 bytes are too few for its addresses"),
        bad(
            "a byte of Unix missing",
            binary("2131", "00".repeat(215)),
            "its 215 bytes are too few for its addresses"));
  }

  private static Arguments good(String name, byte[] header, Endpoint source) {
    return argumentSet(name, header, source);
  }

  private static Arguments bad(String name, byte[] header, String reason) {
    return argumentSet(name, header, reason);
  }

  /** The first bytes. */
  public static byte[] cut(byte[] header, int size) {
    return Arrays.copyOf(header, size);
  }
}
