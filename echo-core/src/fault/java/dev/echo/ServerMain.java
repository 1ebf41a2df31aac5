package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.testing.Certificates;
import dev.echo.testing.JavaProcess;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Runs a server until the standard input ends or a signal comes. It prints its endpoint, what it is
 * asked for, and at its end what it has counted.
 */
final class ServerMain {

  static final String HEAP = "heap";
  static final String STATS = "stats";
  static final String LAST_ERROR = "last error";
  static final String SHUTDOWN = "shutdown";
  static final String FILL_HEAP = "fill heap";
  static final String AWAIT_TERMINATION = "await termination";

  /** A channel, as the JVM's end would wait 300 ms for a thread that is in a stream's read. */
  private static final FileChannel INPUT = new FileInputStream(FileDescriptor.in).getChannel();

  private static final Object[] FILLING = new Object[2_000_000];

  private static final long FULL_NANOS = Duration.ofSeconds(1).toNanos();

  private static volatile Throwable lastError;
  private static final AtomicLong OUT_OF_MEMORY = new AtomicLong();

  private ServerMain() {}

  /**
   * Runs the server.
   *
   * @param args the endpoint, then settings as NAME=VALUE
   */
  public static void main(String[] args) throws Exception {
    JavaProcess.loadAllClasses();
    EchoServer.Builder builder = EchoServer.builder().listener(new EchoListener() {
      @Override
      public void onError(Peer peer, Throwable error) {
        lastError = error;
        if (error instanceof OutOfMemoryError) {
          OUT_OF_MEMORY.incrementAndGet();
        }
      }
    });
    for (int i = 1; i < args.length; i++) {
      set(builder, args[i].split("=")[0], args[i].split("=")[1]);
    }
    EchoServer server = builder.start(Endpoint.parse(args[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server)));
    System.out.println(server.endpoint());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(Channels.newInputStream(INPUT), UTF_8));
    try {
      for (String question; (question = in.readLine()) != null; ) {
        System.out.println(answer(question, server));
      }
    } catch (ClosedChannelException e) {
      return; // a signal has come
    }
    System.exit(0); // which ends the server, too
  }

  /**
   * A pool of so many threads, or {@code each} for a thread of its own for each task: without memory
   * a pool's queue may lose a wake-up, and all that is in it.
   */
  private static Executor executor(String threads) {
    return threads.equals("each")
        ? task -> new Thread(task).start()
        : Executors.newFixedThreadPool(Integer.parseInt(threads));
  }

  private static void set(EchoServer.Builder builder, String name, String value) throws Exception {
    switch (name) {
      case "busyPoll" -> builder.busyPoll(Duration.parse(value));
      case "closeTimeout" -> builder.closeTimeout(Duration.parse(value));
      case "delay" -> builder.transformer(delayed(Duration.parse(value)));
      case "eventLoops" -> builder.eventLoops(Integer.parseInt(value));
      case "executor" -> builder.executor(executor(value));
      case "framing" -> builder.framing(Framing.valueOf(value));
      case "idleTimeout" -> builder.idleTimeout(Duration.parse(value));
      case "maxBufferedBytes" -> builder.maxBufferedBytes(Long.parseLong(value));
      case "maxConnections" -> builder.maxConnections(Integer.parseInt(value));
      case "maxMessageSize" -> builder.maxMessageSize(Integer.parseInt(value));
      case "proxyProtocol" -> builder.proxyProtocol(proxy -> true);
      case "tls" -> builder.sslContext(showing(Path.of(value)));
      default -> throw new IllegalArgumentException(name);
    }
  }

  /** Shows what {@link Certificates} has written, whose library this process is without. */
  private static SSLContext showing(Path keys) throws Exception {
    char[] password = Certificates.PASSWORD.toCharArray();
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(KeyStore.getInstance(keys.toFile(), password), password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /** As if each message had to be looked up somewhere. */
  private static MessageTransformer delayed(Duration delay) {
    return (message, peer) -> {
      LockSupport.parkNanos(delay.toNanos());
      return message;
    };
  }

  private static String answer(String question, EchoServer server) throws InterruptedException {
    return switch (question) {
      case HEAP -> Long.toString(heap());
      case STATS -> stats(server);
      case LAST_ERROR -> String.valueOf(lastError);
      case SHUTDOWN -> shutdown(server);
      case FILL_HEAP -> fillHeap();
      case AWAIT_TERMINATION -> Boolean.toString(server.awaitTermination(Duration.ofSeconds(10)));
      default -> throw new IllegalArgumentException(question);
    };
  }

  /** Returns how many milliseconds the call took. */
  private static String shutdown(EchoServer server) {
    long start = System.nanoTime();
    server.shutdown();
    return Long.toString((System.nanoTime() - start) / 1_000_000);
  }

  /** Leaves no room for anything, for a second. */
  private static String fillHeap() {
    waitAndEmptyHeap(1); // what runs for the first time needs memory
    int count = 0;
    for (int size = 1 << 20; size > 0; size /= 4) {
      try {
        while (count < FILLING.length) {
          FILLING[count] = new byte[size];
          count++;
        }
      } catch (OutOfMemoryError e) {
        FILLING[FILLING.length - 1] = null; // smaller ones may still fit
      }
    }
    waitAndEmptyHeap(FULL_NANOS);
    return "";
  }

  private static void waitAndEmptyHeap(long nanos) {
    LockSupport.parkNanos(nanos);
    Arrays.fill(FILLING, null);
  }

  private static void end(EchoServer server) {
    server.close();
    System.out.println(stats(server));
    try {
      INPUT.close(); // which wakes its reader
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static String stats(EchoServer server) {
    EchoStats stats = server.stats();
    return stats.openConnections()
        + " " + stats.totalConnections()
        + " " + stats.messages()
        + " " + stats.rejected()
        + " " + stats.dropped()
        + " " + stats.errors()
        + " " + OUT_OF_MEMORY;
  }
}
