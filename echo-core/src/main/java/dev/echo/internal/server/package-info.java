/**
 * Servers over streams and over UDP.
 *
 * <p>May use {@code dev.echo}, {@code dev.echo.internal} and its {@code codec}, {@code faults},
 * {@code tls} and {@code loop}; {@code client} is not for it.
 *
 * <h2>The way of a message</h2>
 *
 * <p>Over TCP and Unix sockets, with one file for each step:
 *
 * <ol>
 *   <li>{@code EventLoop} waits for sockets that are ready and calls the connection, which {@code
 *       StreamServer} has made when the {@code Acceptor} had a peer for it.
 *   <li>{@code Connection} holds the state: whether it reads, answers or writes, and as {@code
 *       Leftovers} what is incomplete, not answered or not written yet. Its superclass {@code
 *       AbstractConnection} moves bytes in and out of the socket, and ends the connection once.
 *   <li>{@code MessageFlow}, one for each {@code Worker}, reads into the buffer that the
 *       connections of the worker share.
 *   <li>{@code Batch} takes message after message from what was read, by a {@code FrameDecoder}.
 *   <li>{@code Responder} asks the quit predicate, has the transformer make the reply, lets {@code
 *       FrameEncoder} frame it, counts, and notifies the listener through {@code ServerEvents}.
 *   <li>{@code Replies} collects the replies, which {@code MessageFlow} then has {@code
 *       AbstractConnection.send} write at once.
 * </ol>
 *
 * <p>With a fault plan {@code Responder} has {@code FaultInjector} change the reply. What takes
 * time or ends the connection is left to {@code HeldReply}, which has the place of its {@code
 * FaultyConnection} at the loop meanwhile, and over UDP to {@code HeldDatagrams}.
 *
 * <p>A connection begins with an {@code Opening}: behind a proxy with a {@code ProxyHeaderReader},
 * under TLS with a {@code Handshake}; every connection that is half-closed ends with a {@code
 * LingeringClose}. With an executor a {@code ReplyTask} makes the replies there.
 *
 * <p>Over UDP {@code DatagramSockets} binds the sockets, and {@code DatagramWorker}, one for each
 * thread, answers each datagram that its {@code DatagramReceiver} hands to it and {@code
 * SenderFilter} does not refuse, by the same {@code Responder}. {@code BlockingReceiver} is for one
 * socket, {@code SelectingReceiver} for several. With an executor {@code DatagramExecutor} has the
 * replies made there; then, and with a fault plan, {@code ReplyThread} sends them. {@code
 * DatagramServer} holds what the threads share, and ends them.
 *
 * <p>{@code StreamServer} and {@code DatagramServer} share {@code AbstractServer}.
 */
package dev.echo.internal.server;
