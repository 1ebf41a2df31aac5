package dev.echo.internal.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import dev.echo.internal.Hosts;
import dev.echo.internal.ProxyHeader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header that a proxy puts before a stream, of version 1 or 2 of the PROXY protocol (HAProxy's
 * proxy-protocol.txt, sections 2.1 and 2.2), in whatever pieces it comes.
 *
 * <p>Whoever receives no more than {@link #missing} bytes at a time receives none of what follows
 * the header. Only what says who the client is is kept, so that the memory is the same for headers
 * of any length.
 */
public final class ProxyHeaderDecoder {

  private static final String LINE_BEGINNING = "PROXY ";

  /** The shortest line is {@code PROXY UNKNOWN}, and the fixed part of version 2 is longer. */
  private static final int LEAST = 15;

  /**
   * How much follows at least where so many spaces have come of a line with addresses: from 2 on
   * {@code " :: p p"}, {@code " p p"} or {@code " p"}, and the end of the line.
   */
  private static final int[] LEAST_BEHIND = {2, 2, 9, 6, 4};

  private static final int MAX_LINE = 107;
  private static final int MAX_PORT = 65_535;
  private static final int FIXED = 16;
  private static final int COMMAND = 12;
  private static final int FAMILY = 13;
  private static final int LENGTH = 14;
  private static final int UNIX_ADDRESSES = 216;
  private static final int DATAGRAM = 2;

  private static final Endpoint UNIX_PEER = new Endpoint.Unix(Path.of(""));

  /** Apart, as few headers need it. */
  private static final class Syntax {
    static final Pattern IPV6 =
        Pattern.compile("(?![0-9A-Fa-f:.]*[0-9A-Fa-f]{5})([0-9A-Fa-f:]*:)([0-9A-Fa-f]*|[0-9.]+)");
    static final Pattern PORT = Pattern.compile("0|[1-9]\\d{0,4}");
  }

  private final ByteBuffer header = ByteBuffer.allocate(MAX_LINE);
  private int missing = LEAST;

  /** How long version 2 goes on behind the addresses that are kept. */
  private int rest;

  private boolean skips;

  /** Null as long as the real address counts. */
  private Endpoint source;

  /** Returns how many more bytes will come at least; 0 if the header is complete. */
  public int missing() {
    return missing;
  }

  /** Whether no byte has come. */
  public boolean isNew() {
    return header.position() == 0;
  }

  /** Returns whom the connection is made for, or null if the proxy has made it for itself. */
  public Endpoint source() {
    return source;
  }

  /**
   * Takes the bytes that belong to the header, and leaves the others.
   *
   * @throws ProtocolException if they are none; at once if no header begins with them
   */
  public void take(ByteBuffer in) throws ProtocolException {
    while (missing > 0 && in.hasRemaining()) {
      int count = Math.min(missing, in.remaining());
      missing -= count;
      if (!skips) {
        int from = header.position();
        header.put(in.slice(in.position(), count));
        check(from);
      }
      in.position(in.position() + count);
      if (missing == 0) {
        goOn();
      }
    }
  }

  private boolean isLine() {
    return header.get(0) == LINE_BEGINNING.charAt(0);
  }

  private void check(int from) throws ProtocolException {
    String beginning = isLine() ? LINE_BEGINNING : ProxyHeader.SIGNATURE;
    for (int i = from; i < Math.min(header.position(), beginning.length()); i++) {
      if (header.get(i) != beginning.charAt(i)) {
        throw new ProtocolException("the connection starts with something else");
      }
    }
    if (isLine()) {
      checkLineEnding(from);
    }
  }

  /**
   * Neither character may stand alone, nor the line end before what is {@link #missing}: that is
   * the same in whatever pieces it comes.
   */
  private void checkLineEnding(int from) throws ProtocolException {
    int least = header.position() + missing;
    for (int i = Math.max(1, from); i < header.position(); i++) {
      boolean follows = header.get(i - 1) == '\r';
      boolean isEarly = follows && i < least - 1;
      boolean isWrong = follows != (header.get(i) == '\n');
      if (isEarly && !isWrong && i >= LEAST) {
        decodeLine(i + 1); // which says what it lacks
      }
      if (isEarly || isWrong) {
        throw new ProtocolException("its line does not end as it must");
      }
    }
  }

  private void goOn() throws ProtocolException {
    int size = header.position();
    if (skips) {
      return;
    } else if (isLine()) {
      goOnWithLine(size);
    } else if (size < FIXED) {
      missing = FIXED - size;
    } else if (size == FIXED) {
      decodeFixed();
    } else {
      source = source((size - FIXED - 2 * Short.BYTES) / 2);
      skip();
    }
  }

  private void skip() {
    skips = true;
    missing = rest;
  }

  private void goOnWithLine(int size) throws ProtocolException {
    byte last = header.get(size - 1);
    if (last == '\n') {
      decodeLine(size);
      skip();
      return;
    }
    int ending = last == '\r' ? 1 : 2;
    if (size + ending > MAX_LINE) {
      throw new ProtocolException("its line is longer than " + MAX_LINE + " bytes");
    }
    missing = ending == 1 ? 1 : Math.min(leastBehind(size), MAX_LINE - size);
  }

  /** How much of a line is still to come at least, whose last byte is none of its ending. */
  private int leastBehind(int size) {
    int spaces = 0;
    for (int i = 0; i < size; i++) {
      spaces += header.get(i) == ' ' ? 1 : 0;
    }
    boolean hasAddresses = header.get(LINE_BEGINNING.length()) == 'T'; // UNKNOWN need have none
    return hasAddresses && spaces < LEAST_BEHIND.length ? LEAST_BEHIND[spaces] : 2;
  }

  /**
   * @param size with the ending
   */
  private void decodeLine(int size) throws ProtocolException {
    String[] fields = new String(header.array(), 0, size - 2, ISO_8859_1).split(" ", -1);
    String family = fields[1];
    if (family.equals("UNKNOWN")) {
      return; // with whatever behind it
    } else if (!family.equals("TCP4") && !family.equals("TCP6")) {
      throw new ProtocolException("its protocol is none of TCP4, TCP6, UNKNOWN: " + quoted(family));
    } else if (fields.length != 6) {
      throw new ProtocolException("its line has " + fields.length + " fields instead of 6");
    }
    source = endpoint(family, fields[2], fields[4], "source");
    endpoint(family, fields[3], fields[5], "destination");
  }

  private static Endpoint endpoint(String family, String host, String port, String which)
      throws ProtocolException {
    if (!Syntax.PORT.matcher(port).matches() || Integer.parseInt(port) > MAX_PORT) {
      throw new ProtocolException("the port of its " + which + " is none: " + quoted(port));
    }
    boolean isAddress = family.equals("TCP4") ? Hosts.isIpv4(host) : mayBeIpv6(host);
    try {
      if (isAddress) {
        return Endpoint.tcp(host, Integer.parseInt(port));
      }
    } catch (IllegalArgumentException e) {
      // as below
    }
    throw new ProtocolException(
        "the address of its " + which + " is none of " + family + ": " + quoted(host));
  }

  /** A field, no longer than the line is, in characters that harm no terminal. */
  private static String quoted(String field) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < field.length(); i++) {
      char character = field.charAt(i);
      boolean isPlain = character >= ' ' && character <= '~';
      if (isPlain && character != '"' && character != '\\') {
        text.append(character);
      } else {
        text.append("\\u").append(HexFormat.of().toHexDigits(character));
      }
    }
    return text.append('"').toString();
  }

  /** The JDK takes more: zones, groups of more than four digits, numbers with leading zeros. */
  private static boolean mayBeIpv6(String host) {
    Matcher parts = Syntax.IPV6.matcher(host);
    return parts.matches() && (host.indexOf('.') < 0 || Hosts.isIpv4(parts.group(2)));
  }

  private void decodeFixed() throws ProtocolException {
    int version = (header.get(COMMAND) & 0xff) >> 4;
    int command = header.get(COMMAND) & 0xf;
    if (version != 2) {
      throw new ProtocolException("its version is " + version);
    } else if (command > 1) {
      throw new ProtocolException("its command is " + command);
    }
    rest = header.getShort(LENGTH) & 0xffff;
    if (command == 1) {
      decodeFamily((header.get(FAMILY) & 0xff) >> 4, header.get(FAMILY) & 0xf);
    }
    if (missing == 0) {
      skip();
    }
  }

  private void decodeFamily(int family, int transport) throws ProtocolException {
    if (family > 3 || transport > DATAGRAM) {
      throw new ProtocolException(
          "its family " + family + " or transport " + transport + " is unknown");
    } else if (transport == DATAGRAM) {
      throw new ProtocolException("it is for datagrams");
    } else if (family == 0 || transport == 0) {
      return;
    }
    int size = family == 1 ? 12 : family == 2 ? 36 : UNIX_ADDRESSES;
    if (rest < size) {
      throw new ProtocolException("its " + rest + " bytes are too few for its addresses");
    }
    if (family == 3) {
      source = UNIX_PEER; // whatever path it was bound to, as without a proxy
    } else {
      missing = size;
      rest -= size;
    }
  }

  private Endpoint source(int addressSize) {
    byte[] address = Arrays.copyOfRange(header.array(), FIXED, FIXED + addressSize);
    int port = header.getShort(FIXED + 2 * addressSize) & 0xffff;
    try {
      return Addresses.tcp(new InetSocketAddress(InetAddress.getByAddress(address), port));
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // the size is that of an address
    }
  }
}
