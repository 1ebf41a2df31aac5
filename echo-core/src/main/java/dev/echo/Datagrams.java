package dev.echo;

/** Sizes of datagrams, in bytes. */
final class Datagrams {

  /** As large as the length field of a UDP header allows, rounded up. */
  static final int MAX_SIZE = 65_536;

  /** The largest message that fits into an IPv4 packet with its UDP header (RFC 768, RFC 791). */
  static final int MAX_MESSAGE_SIZE = 65_507;

  private Datagrams() {}
}
