package dev.echo.internal.client;

import dev.echo.Echo;
import dev.echo.EchoClient;
import dev.echo.Endpoint;
import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import dev.echo.Peer;
import dev.echo.internal.Addresses;
import dev.echo.internal.Classes;
import dev.echo.internal.Closing;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Log;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.FrameDecoder;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The part of a client that does not depend on its transport. */
abstract class AbstractClient implements EchoClient {

  /** How many messages may wait for their replies. */
  static final int MAX_IN_FLIGHT = 1024;

  /** Runs what depends on a future, and may block, where it does not hold up the reading. */
  private static final Executor COMPLETIONS =
      commonPoolHasThreads() ? ForkJoinPool.commonPool() : AbstractClient::runInThread;

  final ClientConfig config;
  final long timeoutNanos;
  final long busyPollNanos;
  final ClientErrors errors;
  private final Endpoint endpoint;
  private final Peer server;

  AbstractClient(Endpoint endpoint, ClientConfig config) {
    Classes.initialize(FrameDecoder.Result.class, Level.class, Log.class, Pending.class);
    this.endpoint = endpoint;
    this.server = Peer.of(endpoint);
    this.config = config;
    this.timeoutNanos = Settings.nanos(config.timeout);
    this.busyPollNanos = Settings.nanos(config.busyPoll);
    this.errors = new ClientErrors(endpoint, config.timeout);
  }

  /** On JDK 17 it has none when told so, although it says that its parallelism is 1. */
  private static boolean commonPoolHasThreads() {
    return Integer.getInteger("java.util.concurrent.ForkJoinPool.common.parallelism", 1) > 0;
  }

  private static void runInThread(Runnable task) {
    Thread thread = new Thread(task, "echo-client-completion");
    thread.setDaemon(true);
    thread.start();
  }

  static EchoClient connect(Endpoint endpoint, ClientConfig config) throws IOException {
    Objects.requireNonNull(endpoint, "endpoint");
    StreamConnector.requireUsable(endpoint, config.proxyAddresses, config.tls);
    Closing.prepare("Connect to", endpoint);
    return endpoint instanceof Endpoint.Udp
        ? DatagramClient.connect(endpoint, config)
        : StreamConnector.connect(endpoint, config);
  }

  @Override
  public final Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public final String toString() {
    return "EchoClient[" + endpoint + "]";
  }

  @Override
  public final Echo send(String text) throws IOException, InterruptedException {
    return send(Message.of(text));
  }

  @Override
  public final CompletableFuture<Echo> sendAsync(String text) {
    return sendAsync(Message.of(text));
  }

  /** A thread that is there while it has something to do, and a second longer. */
  final ThreadPoolExecutor newWorker() {
    ThreadPoolExecutor worker =
        new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
          Thread thread = new Thread(task, "echo-client-" + Addresses.threadName(endpoint));
          thread.setDaemon(true);
          return thread;
        });
    worker.allowCoreThreadTimeOut(true);
    return worker;
  }

  final void requireSize(Message message, int limit) throws MessageTooLargeException {
    if (Objects.requireNonNull(message, "message").size() > limit) {
      throw IoErrors.tooLargeToSend(endpoint, message.size(), limit);
    }
  }

  /** A reply and how long it took. */
  static final class Reply {
    private final Message message;
    private final long roundTripNanos;

    Reply(Message message, long roundTripNanos) {
      this.message = message;
      this.roundTripNanos = roundTripNanos;
    }

    /** Asks the client's quit predicate, and closes the client after a quit reply. */
    Echo toEcho(AbstractClient client) throws IOException {
      boolean quit;
      try {
        quit = client.config.quitPredicate.test(message, client.server);
      } catch (Throwable e) { // of user code
        throw new IOException("The quit predicate failed on a reply from " + client.endpoint, e);
      }
      if (quit) {
        client.close();
      }
      return new Echo(message, Duration.ofNanos(roundTripNanos), quit);
    }
  }

  /** Completes a future away from here, where what depends on it would hold up the reading. */
  static void complete(Pending answered) {
    try {
      COMPLETIONS.execute(answered);
    } catch (Throwable e) { // for want of memory or threads; better here than never
      answered.run();
    }
  }

  /** Lets a worker end when it has nothing more to do, as it also would by itself. */
  static void shutDown(ThreadPoolExecutor worker) {
    try {
      worker.shutdown();
    } catch (Throwable e) {
      Closing.failed(e);
    }
  }

  /** Refuses what a server would take for the end of the line. */
  final void requireLine(Message message) {
    ByteBuffer bytes = message.asReadOnlyByteBuffer();
    int last = bytes.limit() - 1;
    for (int i = 0; i <= last; i++) {
      byte b = bytes.get(i);
      if (b == '\n' || b == '\r' && i == last) {
        throw new IllegalArgumentException("Message to " + endpoint + " can't be a line: byte " + i
            + " of " + message.size() + " is " + (b == '\n' ? "a line feed" : "a carriage return"));
      }
    }
  }
}
