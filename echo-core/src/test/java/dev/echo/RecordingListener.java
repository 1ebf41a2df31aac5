package dev.echo;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/** Keeps what a server tells its listener. */
final class RecordingListener implements EchoListener {

  final List<String> events = new CopyOnWriteArrayList<>();
  final List<SSLSession> sessions = new CopyOnWriteArrayList<>();
  final List<Throwable> allErrors = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
  private final BlockingQueue<Endpoint> opened = new LinkedBlockingQueue<>();
  private final BlockingQueue<Endpoint> closed = new LinkedBlockingQueue<>();

  @Override
  public void onStart(Endpoint endpoint) {
    events.add("start");
  }

  @Override
  public void onHandshake(Endpoint peer, SSLSession session) {
    events.add("handshake");
    sessions.add(session);
  }

  @Override
  public void onOpen(Endpoint peer) {
    events.add("open");
    opened.add(peer);
  }

  @Override
  public void onEcho(Exchange exchange) {
    events.add("echo " + exchange.received().text() + (exchange.quit() ? " quit" : ""));
  }

  @Override
  public void onError(Endpoint peer, Throwable error) {
    events.add("error");
    allErrors.add(error);
    errors.add(error);
  }

  @Override
  public void onClose(Endpoint peer) {
    events.add("close");
    closed.add(peer);
  }

  @Override
  public void onTermination() {
    events.add("termination");
  }

  Throwable awaitError() throws InterruptedException {
    return await(errors);
  }

  Endpoint awaitOpen() throws InterruptedException {
    return await(opened);
  }

  Endpoint awaitClose() throws InterruptedException {
    return await(closed);
  }

  private static <T> T await(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(10, TimeUnit.SECONDS);
    assertNotNull(next, "nothing came within 10 s");
    return next;
  }
}
