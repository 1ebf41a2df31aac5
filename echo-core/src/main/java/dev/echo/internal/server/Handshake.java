package dev.echo.internal.server;

import dev.echo.internal.Settings;
import dev.echo.internal.loop.EventLoop;
import dev.echo.internal.loop.EventSource;
import dev.echo.internal.loop.TaskQueue;
import dev.echo.internal.tls.TlsChannel;
import java.io.IOException;
import java.nio.channels.SelectionKey;

/** The first part of the life of a connection under TLS. */
final class Handshake extends EventSource {

  private final Connection connection;
  private final TlsTransport transport;
  private final TlsChannel tls;
  private long deadline;

  /** What runs on another thread or waits for one, or null. */
  private Tasks tasks;

  private boolean isExtended;

  /** Read by the threads for tasks, too. */
  private volatile boolean ended;

  /**
   * @param deadline when it must be done
   */
  Handshake(Connection connection, TlsTransport transport, long deadline) {
    this.connection = connection;
    this.transport = transport;
    this.tls = transport.tls;
    this.deadline = deadline;
    loop().wakeUpAt(deadline);
  }

  private EventLoop loop() {
    return connection.worker.loop;
  }

  @Override
  public boolean onReady() {
    if (ended || tasks != null) {
      return false;
    }
    try {
      goOn(tls.handshake());
    } catch (IOException e) {
      if (tls.hasHeardNothing()) {
        close(); // a port scan or a health check
      } else {
        refuse(e);
      }
    } catch (Throwable e) { // never at the expense of the other connections
      fail("TLS handshake with", e);
    }
    return false;
  }

  /** No switch: its table would be a class that is initialized when there may be no memory. */
  private void goOn(TlsChannel.Need need) {
    if (need == TlsChannel.Need.INPUT) {
      connection.key.interestOps(SelectionKey.OP_READ);
    } else if (need == TlsChannel.Need.OUTPUT) {
      connection.key.interestOps(SelectionKey.OP_WRITE);
    } else if (need == TlsChannel.Need.TASKS) {
      runTasks();
    } else {
      end();
      Opening.secured(connection, transport);
    }
  }

  /** Computing and checking signatures would keep the loop from serving others. */
  private void runTasks() {
    tasks = new Tasks();
    connection.key.interestOps(0);
    connection.server().execute(tasks);
  }

  /**
   * What runs on another thread; the way back is made beforehand, as there may be no memory then.
   */
  private final class Tasks implements Runnable {
    private final TaskQueue.Task whenDone = new TaskQueue.Task(this::done);
    private Throwable failure;

    @Override
    public void run() {
      try {
        if (!ended) { // else those who gave up would keep the others waiting
          tls.runTasks();
        }
      } catch (Throwable e) { // an Error of a key or trust manager, with which the engine is stuck
        failure = e;
      }
      loop().execute(whenDone);
    }

    private void done() {
      tasks = null;
      if (failure != null) {
        fail("TLS handshake with", failure);
      } else {
        onReady();
      }
    }
  }

  /** Tells the peer by an alert; closing at once could reset the connection before it is read. */
  private void refuse(IOException reason) {
    end();
    connection.events().failed("TLS handshake with", connection.peer, reason);
    try {
      tls.endOutput();
      connection.socket().shutdownOutput();
      connection.key.interestOps(SelectionKey.OP_READ);
      connection.key.attach(new LingeringClose(connection, connection.socket(), false));
    } catch (Throwable e) {
      connection.close(); // the peer is gone already, or there is no memory to wait for it
    }
  }

  @Override
  public void fail(String operation, Throwable error) {
    end();
    connection.fail(operation, error);
  }

  private void end() {
    ended = true;
    deadline = NEVER;
    if (tasks != null) {
      connection.server().withdraw(tasks);
    }
  }

  @Override
  public long deadline() {
    return deadline;
  }

  /** The loop may be late, as when the process was stopped, and the peer in time. */
  @Override
  public void onDeadline() {
    onReady();
    if (ended) {
      return;
    }
    if (tasks != null && !isExtended) { // what the peer has sent in time is still being checked
      isExtended = true;
      deadline = loop().now() + connection.server().handshakeNanos;
    } else {
      String limit = Settings.text(connection.server().config.handshakeTimeout);
      end();
      connection.timeOut(
          "No TLS handshake with " + connection.peer.endpoint() + " within " + limit);
    }
  }

  @Override
  public void shutdown() {
    close();
  }

  @Override
  public void close() {
    end();
    connection.close();
  }
}
