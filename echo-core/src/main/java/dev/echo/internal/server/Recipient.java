package dev.echo.internal.server;

import dev.echo.internal.RemotePeer;
import java.net.InetSocketAddress;

/**
 * Whom a reply goes to that another thread sends than the one that has received.
 *
 * @param number of the message that it replies to
 */
record Recipient(ReplySocket socket, InetSocketAddress address, RemotePeer peer, long number) {}
