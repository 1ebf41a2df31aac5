package dev.echo;

import dev.echo.internal.RemotePeer;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * The remote end of a connection, or over UDP a sender of datagrams.
 *
 * <p>A server has one object for each connection. Over UDP it has one for each of the 10,000
 * senders that it has heard of most recently; a sender that was forgotten and comes again is a new
 * peer.
 *
 * <pre>{@code
 * MessageTransformer greeting =
 *     (message, peer) -> Message.of("Hello " + peer.number() + " at " + peer.endpoint());
 * }</pre>
 *
 * <p>A peer is equal only to itself. It may be kept after its connection has closed.
 *
 * <p><b>Thread safety:</b> may be used by any thread.
 *
 * @since 0.1.0
 */
public interface Peer {

  /**
   * Returns a peer for tests of transformers, predicates and listeners, with the number 0,
   * without proxy and without TLS.
   *
   * @param endpoint what {@link #endpoint()} returns
   * @return a new peer
   */
  static Peer of(Endpoint endpoint) {
    return new RemotePeer(0, Objects.requireNonNull(endpoint, "endpoint"));
  }

  /**
   * Returns which peer of its server it is: 1, 2, and so on in the order of accepting, or over UDP
   * of first datagrams. Connections that end before they are open take a number, too: those of
   * port scans, with a refused PROXY header, or whose TLS handshake fails. A sender over UDP
   * that was forgotten and comes again has a new number, and its exchanges start at 1 again.
   *
   * @return at least 1; 0 for a client's server, a server itself and a peer made by {@link #of}
   */
  long number();

  /**
   * Returns where the peer is: the client, as the load balancer says, if the server expects {@link
   * EchoServer.Builder#proxyProtocol}.
   *
   * @return of a server's peer the numeric address and port, or {@code unix:} over a Unix socket,
   *     where a peer has no name; of a client's server and a peer made by {@link #of} the endpoint
   *     as it was given, perhaps with a host's name
   */
  Endpoint endpoint();

  /**
   * Returns who has really connected, under {@link EchoServer.Builder#proxyProtocol}: the load
   * balancer. If that speaks for itself ({@code LOCAL}) or names no client ({@code UNKNOWN}),
   * {@link #endpoint()} is its address, too.
   *
   * @return the numeric address and port, or {@code unix:} over a Unix socket; empty without that
   *     setting
   */
  Optional<Endpoint> proxy();

  /**
   * Returns the session of a TLS connection, with the protocol, the cipher suite and, if the server
   * asks for them, the peer's certificates.
   *
   * @return the session, present from {@link EchoListener#onOpen} on; empty for plain connections
   *     and for a client's server, under TLS, too
   */
  Optional<SSLSession> tlsSession();

  /**
   * Describes the peer in a few words.
   *
   * @return for example {@code Peer[3, tcp://127.0.0.1:51234]}, with number and endpoint
   */
  @Override
  String toString();
}
