package dev.echo.internal.server;

/** The way of messages through connections whose replies may have faults. */
final class FaultyFlow extends MessageFlow {

  FaultyFlow(StreamServer server) {
    super(server);
  }

  @Override
  boolean write(Connection connection, Replies replies) {
    return replies.fault() == null
        ? super.write(connection, replies)
        : ((FaultyConnection) connection).hold(replies);
  }
}
