package dev.echo.internal.server;

import dev.echo.internal.RemotePeer;
import java.net.InetSocketAddress;

/**
 * The recipient of a reply that is sent by another thread than the one that received the message.
 *
 * @param number of the message that it replies to
 */
record Recipient(ReplySocket socket, InetSocketAddress address, RemotePeer peer, long number) {}
