package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Until;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers behind a real HAProxy, with the configuration of the documents. */
@Timeout(120)
class HaproxyFaultTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String FAST_CHECKS = " inter 20ms fall 2 rise 1";

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @TempDir
  Path directory;

  private final EchoRecorder recorder = EchoRecorder.create();
  private final List<EchoServer> servers = new ArrayList<>();

  @BeforeEach
  void assumeInstalled() {
    Haproxy.assumeInstalled();
  }

  private void startServers(int count, EchoServer.Builder builder) throws IOException {
    for (int i = 0; i < count; i++) {
      servers.add(builder.listener(recorder).start(Endpoint.tcp(0)));
    }
  }

  private Haproxy startProxy(String options) throws Exception {
    List<Endpoint> endpoints = servers.stream().map(EchoServer::endpoint).toList();
    return Haproxy.start(directory, options, endpoints);
  }

  @AfterEach
  void close() {
    servers.forEach(EchoServer::close);
  }

  @ParameterizedTest
  @CsvSource({"send-proxy, false", "send-proxy-v2, false", "send-proxy, true", "send-proxy-v2, true"
  })
  void seesTheClientsBehindIt(String version, boolean secured) throws Exception {
    EchoServer.Builder builder = EchoServer.builder().proxyProtocol(proxy -> true);
    EchoClient.Builder clients = EchoClient.builder();
    if (secured) {
      builder.sslContext(Certificates.of("server"));
      clients.sslContext(Certificates.none());
    }
    startServers(3, builder);
    try (Haproxy proxy = startProxy(version + FAST_CHECKS)) {
      for (int i = 0; i < 6; i++) {
        try (EchoClient client = clients.connect(proxy.endpoint)) {
          String text = "hello " + i;
          client.send(text);

          Peer peer =
              recorder.take(e -> e.received().text().equals(text), LIMIT).peer();
          assertEquals(client.localEndpoint(), peer.endpoint());
          assertNotEquals(client.localEndpoint(), peer.proxy().orElseThrow());
          assertEquals(secured, peer.tlsSession().isPresent());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"send-proxy", "send-proxy-v2", "send-proxy-v2 no-check-send-proxy"})
  void healthChecksAreNoErrors(String options) throws Exception {
    CountDownLatch connections = new CountDownLatch(30); // those of checks but one
    startServers(2, EchoServer.builder().proxyProtocol(proxy -> {
      connections.countDown();
      return true;
    }));
    try (Haproxy proxy = startProxy(options + FAST_CHECKS);
        EchoClient client = EchoClient.connect(proxy.endpoint)) {
      for (int i = 0; connections.getCount() > 0; i++) {
        assertEquals("m" + i, client.send("m" + i).message().text());
      }
    }
    for (EchoServer server : servers) {
      assertEquals(0, server.stats().errors());
      assertEquals(0, server.stats().rejected());
    }
    assertEquals(List.of(), noLeaks.takeWarnings());
  }

  @Test
  void sendsClientsElsewhereWhereAServerIsAtItsLimit() throws Exception {
    startServers(2, EchoServer.builder().proxyProtocol(proxy -> true).maxConnections(1));
    // Checks would need a connection, too.
    try (Haproxy proxy = startProxy("send-proxy-v2 maxconn 1 inter 1h");
        EchoClient first = EchoClient.connect(proxy.endpoint)) {
      first.send("first");
      EchoClient second = EchoClient.connect(proxy.endpoint);
      second.send("second");
      try (EchoClient third = EchoClient.connect(proxy.endpoint)) {
        CompletableFuture<Echo> waiting = third.sendAsync("third");
        second.close();

        assertEquals("third", waiting.get(20, TimeUnit.SECONDS).message().text());
      }
    }
    assertEquals(
        1, servers.get(0).stats().messages() % 2 + servers.get(1).stats().messages() % 2);
  }

  /** Messages one after another, over as many connections as it takes. */
  private static final class Load extends Thread {
    private final Endpoint proxy;
    private final int messagesPerConnection;
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean isToEnd;
    private volatile Throwable failure;

    Load(Endpoint proxy, int messagesPerConnection) {
      this.proxy = proxy;
      this.messagesPerConnection = messagesPerConnection;
    }

    @Override
    public void run() {
      try {
        while (!isToEnd) {
          try (EchoClient client =
              EchoClient.builder().timeout(Duration.ofSeconds(20)).connect(proxy)) {
            talk(client);
          }
        }
      } catch (Throwable e) { // it was refused
        failure = e;
      }
    }

    private void talk(EchoClient client) throws InterruptedException {
      for (int i = 0; i < messagesPerConnection && !isToEnd; i++) {
        String text = "message " + answered.get();
        try {
          assertEquals(text, client.send(text).message().text());
          answered.incrementAndGet();
        } catch (IOException e) {
          return; // its server has ended; it has not had the message, or will have counted it
        }
      }
    }

    void awaitMore() {
      int enough = answered.get() + 50;
      Until.holds(() -> answered.get() >= enough || !isAlive());
    }
  }

  @RepeatedTest(3)
  void losesNothingWhenAServerIsTerminatedUnderLoad() throws Exception {
    List<ServerProcess> children = new ArrayList<>();
    List<Load> loads = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        children.add(ServerProcess.start(List.of(), "tcp://127.0.0.1:0", "proxyProtocol=any"));
      }
      List<Endpoint> endpoints = children.stream().map(child -> child.endpoint).toList();
      try (Haproxy proxy = Haproxy.start(directory, "send-proxy-v2" + FAST_CHECKS, endpoints)) {
        for (int i = 0; i < 6; i++) {
          loads.add(new Load(proxy.endpoint, i % 2 == 0 ? 1 : Integer.MAX_VALUE));
          loads.get(i).start();
        }
        loads.forEach(Load::awaitMore);

        children.get(0).child.signal("TERM");
        String last = children.get(0).child.answer(); // what it has counted
        loads.forEach(Load::awaitMore);

        loads.forEach(load -> load.isToEnd = true);
        for (Load load : loads) {
          load.join(20_000);
          assertTrue(!load.isAlive() && load.failure == null, () -> "" + load.failure);
        }
        long counted = ServerProcess.Stats.parse(last).messages()
            + children.get(1).stats().messages()
            + children.get(2).stats().messages();
        assertEquals(
            counted, loads.stream().mapToLong(load -> load.answered.get()).sum());
        assertEquals(
            0, children.get(1).stats().errors() + children.get(2).stats().errors());
      }
    } finally {
      loads.forEach(load -> load.isToEnd = true);
      for (ServerProcess child : children) {
        child.close();
      }
    }
  }
}
