package dev.echo.internal.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** The socket that a datagram came to, from which its reply has to come. */
interface ReplySocket {

  /** Sends a reply; may be called on one thread at a time. */
  void send(ByteBuffer datagram, InetSocketAddress recipient) throws IOException;
}
