package dev.echo.internal;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the endpoints with a host and a port share: their checks, their text form, their address.
 */
public final class Hosts {

  public static final String LOOPBACK = "127.0.0.1";

  private static final String ESCAPED_PERCENT = "%25";

  /** Apart, as an address like 127.0.0.1 needs none of it and a cold start pays for each. */
  private static final class Syntax {
    static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}]([\\p{L}\\p{N}._-]*)");
    static final Pattern URI = Pattern.compile(
        "(?<scheme>tcp|udp)://(\\[(?<ipv6>[^\\]]*)\\]|(?<host>[^:]*)):(?<port>\\d{1,9})",
        Pattern.CASE_INSENSITIVE);
    static final Pattern IPV6 = Pattern.compile("(?<address>[^%]+)(?<zone>%[^%/\\[\\]\\s]+)?");
    static final Pattern ZEROS = Pattern.compile("(^|:)0(:0)+(:|$)");
  }

  private Hosts() {}

  /**
   * The parts of an endpoint's text form.
   *
   * @param scheme {@code tcp} or {@code udp}
   */
  public record Uri(String scheme, String host, int port) {}

  public static Uri parse(String uri) {
    Matcher parts = Syntax.URI.matcher(uri);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "Endpoint \"" + uri + "\" is none of tcp://HOST:PORT, udp://HOST:PORT, unix:PATH");
    }
    String ipv6 = parts.group("ipv6");
    return new Uri(
        parts.group("scheme").toLowerCase(Locale.ROOT),
        ipv6 != null ? unescapeZone(ipv6) : parts.group("host"),
        Integer.parseInt(parts.group("port")));
  }

  /**
   * Takes a zone also as it stands in other URIs, where %25 is a per cent sign (RFC 6874). Without
   * more behind it, it is interface 25.
   */
  private static String unescapeZone(String host) {
    int zone = host.indexOf(ESCAPED_PERCENT);
    return zone < 0 || zone + ESCAPED_PERCENT.length() == host.length()
        ? host
        : host.substring(0, zone) + '%' + host.substring(zone + ESCAPED_PERCENT.length());
  }

  /** Returns the host in the one form that equal hosts share. */
  public static String checkHost(String host) {
    Objects.requireNonNull(host, "host");
    if (host.indexOf(':') >= 0) {
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      String canonical = canonicalIpv6(bracketed ? host.substring(1, host.length() - 1) : host);
      return canonical.equals(host) ? host : canonical;
    }
    if (!isIpv4(host) && !Syntax.NAME.matcher(host).matches()) {
      throw new IllegalArgumentException("Host \"" + host + "\" is neither a name nor an address");
    }
    return host;
  }

  public static void checkPort(int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("Port " + port + " is not within 0 to 65535");
    }
  }

  public static String format(String scheme, String host, int port) {
    if (host.indexOf(':') < 0) {
      return scheme + "://" + host + ":" + port;
    }
    // Parsed as it is, such a zone would lose its first digits.
    return scheme + "://[" + host.replace(ESCAPED_PERCENT, "%2525") + "]:" + port;
  }

  public static InetSocketAddress address(String host, int port) {
    boolean ipv6 = host.indexOf(':') >= 0;
    boolean zoned = host.indexOf('%') >= 0; // names an interface, which need not exist here and now
    return (ipv6 && !zoned) || isIpv4(host)
        ? new InetSocketAddress(literal(host), port)
        : InetSocketAddress.createUnresolved(host, port);
  }

  /**
   * Four numbers from 0 to 255 as they are usually written; whatever else is looked up as a name.
   */
  public static boolean isIpv4(String host) {
    int numbers = 1;
    int number = -1;
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c >= '0' && c <= '9' && number != 0 && number <= 25) {
        number = Math.max(number, 0) * 10 + c - '0';
      } else if (c == '.' && number >= 0) {
        numbers++;
        number = -1;
      } else {
        return false;
      }
      if (number > 255) {
        return false;
      }
    }
    return numbers == 4 && number >= 0;
  }

  /** The host of an address that is no name, without a look-up. */
  public static String text(InetAddress address) {
    String text = address.getHostAddress();
    return text.indexOf(':') < 0 ? text : shorten(text);
  }

  private static String canonicalIpv6(String host) {
    Matcher parts = Syntax.IPV6.matcher(host);
    if (parts.matches()) {
      try {
        // In brackets, so that what is no address is not looked up as a name.
        InetAddress address = InetAddress.getByName("[" + parts.group("address") + "]");
        String zone = parts.group("zone");
        if (zone == null || address instanceof Inet6Address) {
          return shorten(address.getHostAddress()) + (zone == null ? "" : zone);
        }
      } catch (UnknownHostException e) {
        // as below
      }
    }
    throw new IllegalArgumentException("Host \"" + host + "\" is not an IPv6 address");
  }

  private static InetAddress literal(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // it was an address when the endpoint was made
    }
  }

  /** The zeros of an IPv6 address written as two colons, as people write them (RFC 5952). */
  private static String shorten(String address) {
    Matcher zeros = Syntax.ZEROS.matcher(address);
    MatchResult longest = null;
    for (int from = 0; zeros.find(from); from = zeros.end() - 1) {
      if (longest == null || zeroCount(zeros) > zeroCount(longest)) {
        longest = zeros.toMatchResult();
      }
    }
    return longest == null
        ? address
        : address.substring(0, longest.start()) + "::" + address.substring(longest.end());
  }

  private static int zeroCount(MatchResult zeros) {
    return zeros.group().replace(":", "").length();
  }
}
