package dev.echo;

/**
 * A server's counters at one moment.
 *
 * <p>The counters start at 0 with the server and only grow, but for {@link #openConnections()}. A
 * message is counted before its reply is written: whoever has the reply finds the message counted.
 * Counters are read one after another, so that under load they may differ by the messages of that
 * moment.
 *
 * <pre>{@code
 * EchoStats stats = server.stats();
 * System.out.println(stats.messages() + " messages, " + stats.bytesIn() + " bytes");
 * }</pre>
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @see EchoServer#stats()
 * @since 0.1.0
 */
public interface EchoStats {

  /**
   * Returns how many connections are open now; 0 over UDP.
   *
   * @return how many connections are open now
   */
  long openConnections();

  /**
   * Returns how many connections were accepted so far, under TLS those whose handshake was done,
   * behind a proxy those whose header has come; 0 over UDP.
   *
   * @return how many connections were accepted so far
   */
  long totalConnections();

  /**
   * Returns how many messages were given a reply, quit messages among them, and those whose reply
   * has a {@linkplain #faults() fault}, such as not to be sent. A datagram whose reply could not be
   * sent, and a message whose fault plan has failed, count here and as {@linkplain #dropped()
   * dropped}.
   *
   * @return how many messages were given a reply
   */
  long messages();

  /**
   * Returns how many bytes the answered messages had, without their framing.
   *
   * @return the number of bytes received in messages
   */
  long bytesIn();

  /**
   * Returns how many bytes the replies had, without their framing and before their faults.
   *
   * @return the number of bytes in replies
   */
  long bytesOut();

  /**
   * Returns how many datagrams were refused for the address or port they came from, or for coming
   * too often ({@link EchoServer.Builder#maxSenderRate}); no connections, which are {@linkplain
   * #errors errors} when refused.
   *
   * @return how many datagrams were refused
   */
  long rejected();

  /**
   * Returns how many messages were read and not answered, but for what a fault drops: too large,
   * without room under {@link EchoServer.Builder#maxBufferedBytes}, cut off by the end of a stream,
   * failed in a transformer, predicate or fault plan, refused by the executor, or a datagram whose
   * reply could not be sent or held back. What was received and not cut into messages yet when its
   * connection ended is not counted.
   *
   * @return how many messages were dropped
   */
  long dropped();

  /**
   * Returns how many failures there were, with each of which {@link EchoListener#onError} is
   * called.
   *
   * @return the number of errors
   */
  long errors();

  /**
   * Returns how many faults there were, with each of which {@link EchoListener#onFault} is called.
   * One that is joined from several counts once, and a delayed reply also if its peer goes
   * meanwhile.
   *
   * @return the number of faults
   */
  long faults();

  /**
   * Describes all counters in one line.
   *
   * @return for example {@code EchoStats[openConnections=1, totalConnections=3, messages=12, …]}
   */
  @Override
  String toString();
}
