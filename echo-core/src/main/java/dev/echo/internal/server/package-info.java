/**
 * Servers over streams and over UDP.
 *
 * <p>May use {@code dev.echo}, {@code dev.echo.internal} and its {@code codec}, {@code tls} and
 * {@code loop}; {@code client} is not for it.
 *
 * <h2>The way of a message</h2>
 *
 * <p>Over TCP and Unix sockets, with one file for each step:
 *
 * <ol>
 *   <li>{@code EventLoop} waits for sockets that are ready and calls the connection, which {@code
 *       Acceptor} has made when the peer connected.
 *   <li>{@code Connection} reads into the buffer of its {@code Worker}. It holds the state of its
 *       socket, and keeps what is incomplete or could not be written as {@code Leftovers}.
 *   <li>{@code FrameDecoder} finds the messages in what was read.
 *   <li>{@code Responder} asks the quit predicate, has the transformer make the reply, lets {@code
 *       FrameEncoder} frame it, counts, and notifies the listener through {@code ServerEvents}.
 *   <li>{@code Replies} collects the replies, which the connection then writes at once.
 * </ol>
 *
 * <p>Under TLS a connection begins with a {@code Handshake}; every connection that is half-closed
 * ends with a {@code LingeringClose}. With an executor a {@code ReplyTask} makes the replies there.
 *
 * <p>Over UDP {@code DatagramServer} answers each datagram that {@code DatagramReceiver} hands to
 * it and {@code SenderFilter} does not refuse, by the same {@code Responder}. With an executor
 * {@code DatagramExecutor} makes the replies there, and {@code ReplySender} sends them.
 *
 * <p>What servers share is {@code AbstractServer}.
 */
package dev.echo.internal.server;
