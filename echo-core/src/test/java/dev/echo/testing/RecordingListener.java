package dev.echo.testing;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.echo.CloseReason;
import dev.echo.EchoListener;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.Peer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/** Keeps what a server tells its listener. */
public final class RecordingListener implements EchoListener {

  /**
   * To be iterated once nothing is added any more. A copy on each write would hold up the server
   * for seconds when a test sends tens of thousands of messages.
   */
  public final List<String> events = Collections.synchronizedList(new ArrayList<>());

  /** Each with the number of its message; to be iterated as the above. */
  public final List<String> faults = Collections.synchronizedList(new ArrayList<>());

  public final List<SSLSession> sessions = new CopyOnWriteArrayList<>();
  public final List<Throwable> allErrors = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
  private final BlockingQueue<Peer> opened = new LinkedBlockingQueue<>();
  private final BlockingQueue<CloseReason> closed = new LinkedBlockingQueue<>();

  @Override
  public void onStart(Endpoint endpoint) {
    events.add("start");
  }

  @Override
  public void onOpen(Peer peer) {
    events.add("open");
    peer.tlsSession().ifPresent(sessions::add);
    opened.add(peer);
  }

  @Override
  public void onEcho(Exchange exchange) {
    events.add("echo " + exchange.received().text() + (exchange.quit() ? " quit" : ""));
  }

  @Override
  public void onFault(Exchange exchange, Fault fault) {
    faults.add(exchange.number() + " " + fault);
  }

  @Override
  public void onError(Peer peer, Throwable error) {
    events.add("error");
    allErrors.add(error);
    errors.add(error);
  }

  @Override
  public void onClose(Peer peer, CloseReason reason) {
    events.add("close");
    closed.add(reason);
  }

  @Override
  public void onTermination() {
    events.add("termination");
  }

  public Throwable awaitError() throws InterruptedException {
    return await(errors);
  }

  public Peer awaitOpen() throws InterruptedException {
    return await(opened);
  }

  public CloseReason awaitClose() throws InterruptedException {
    return await(closed);
  }

  private static <T> T await(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(10, TimeUnit.SECONDS);
    assertNotNull(next, "nothing came within 10 s");
    return next;
  }
}
