package dev.echo;

/**
 * How messages are told apart in a stream of bytes.
 *
 * <p>Client and server must use the same framing; otherwise messages are not recognized, and one of
 * the two waits until a timeout or closes the connection. Over UDP a datagram is the frame,
 * whatever the framing; under {@link #LINES} a server then removes one line ending from the end of
 * the datagram and restores it on the reply, so that a person with {@code nc -u} sees what they
 * expect.
 *
 * <pre>{@code
 * try (EchoServer server =
 *         EchoServer.builder().framing(Framing.LENGTH_PREFIXED).start(Endpoint.tcp(0));
 *     EchoClient client =
 *         EchoClient.builder().framing(Framing.LENGTH_PREFIXED).connect(server.endpoint())) {
 *   System.out.println(client.send("two\nlines").message().text());
 * }
 * }</pre>
 *
 * @see EchoServer.Builder#framing(Framing)
 * @see EchoClient.Builder#framing(Framing)
 * @since 0.1.0
 */
public enum Framing {
  /**
   * A line feed ends a message, and a carriage return before it belongs to the line ending. A reply
   * ends the way its request ended. For a server a last line that the end of the stream ends is a
   * message, too; a client demands the line feed. A message can't contain a line feed. Nor should a
   * reply end in a carriage return, unless its request ended in carriage return and line feed: the
   * client takes it for a part of the line ending.
   */
  LINES,

  /**
   * A message is preceded by its size in bytes: 4 bytes, unsigned, big-endian. The end of the
   * stream inside a frame is an error.
   */
  LENGTH_PREFIXED,

  /**
   * No framing, as in RFC 862: the bytes of each read are a message, or several if they are more
   * than the largest message size. A client then takes as many bytes as it sent for the reply, so a
   * transformer must keep the size; if more come, the client fails and closes.
   */
  RAW
}
