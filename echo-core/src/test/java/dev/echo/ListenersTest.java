package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** Two listeners as one. */
class ListenersTest {

  private static final Peer PEER = Peer.of(Endpoint.tcp(51_234));
  private static final Exchange EXCHANGE =
      new Exchange(PEER, 1, Message.of("a"), Message.of("A"), false);
  private static final Throwable ERROR = new IllegalStateException("x");

  private final EchoListener first = mock(EchoListener.class);
  private final EchoListener second = mock(EchoListener.class);

  /** Another method for listeners must be told to both, too. */
  private static final List<String> METHODS = Arrays.stream(EchoListener.class.getMethods())
      .map(method -> method.getName())
      .filter(name -> name.startsWith("on"))
      .sorted()
      .toList();

  private static void callAll(EchoListener listener) {
    listener.onStart(Endpoint.tcp(7));
    listener.onOpen(PEER);
    listener.onEcho(EXCHANGE);
    listener.onFault(EXCHANGE, Fault.drop());
    listener.onError(PEER, ERROR);
    listener.onClose(PEER, CloseReason.QUIT);
    listener.onTermination();
  }

  @Test
  void tellsBothOfEverythingOneAfterTheOther() {
    callAll(new Calling(first).andThen(second));

    InOrder order = inOrder(first, second);
    for (EchoListener listener : List.of(first, second)) {
      order.verify(listener).onStart(Endpoint.tcp(7));
    }
    for (EchoListener listener : List.of(first, second)) {
      order.verify(listener).onOpen(PEER);
    }
    for (EchoListener listener : List.of(first, second)) {
      order.verify(listener).onEcho(EXCHANGE);
    }
    for (EchoListener listener : List.of(first, second)) {
      order.verify(listener).onFault(EXCHANGE, Fault.drop());
    }
    for (EchoListener listener : List.of(first, second)) {
      order.verify(listener).onError(PEER, ERROR);
    }
    for (EchoListener listener : List.of(first, second)) {
      order.verify(listener).onClose(PEER, CloseReason.QUIT);
    }
    for (EchoListener listener : List.of(first, second)) {
      order.verify(listener).onTermination();
    }
    verifyNoMoreInteractions(first, second);
  }

  /** Calls the given listener, and has the default {@code andThen}, unlike a mock. */
  private record Calling(EchoListener to) implements EchoListener {
    @Override
    public void onStart(Endpoint endpoint) {
      to.onStart(endpoint);
    }

    @Override
    public void onOpen(Peer peer) {
      to.onOpen(peer);
    }

    @Override
    public void onEcho(Exchange exchange) {
      to.onEcho(exchange);
    }

    @Override
    public void onFault(Exchange exchange, Fault fault) {
      to.onFault(exchange, fault);
    }

    @Override
    public void onError(Peer peer, Throwable error) {
      to.onError(peer, error);
    }

    @Override
    public void onClose(Peer peer, CloseReason reason) {
      to.onClose(peer, reason);
    }

    @Override
    public void onTermination() {
      to.onTermination();
    }
  }

  @Test
  void hasNoMethodThatTheTestDoesNotKnow() {
    List<String> called = new ArrayList<>();
    EchoListener recording = (EchoListener) java.lang.reflect.Proxy.newProxyInstance(
        EchoListener.class.getClassLoader(),
        new Class<?>[] {EchoListener.class},
        (proxy, method, arguments) -> {
          called.add(method.getName());
          return null;
        });

    callAll(new EchoListener() {}.andThen(recording));

    assertEquals(METHODS, called.stream().sorted().toList());
  }

  @Test
  void tellsTheSecondAlsoIfTheFirstThrows() {
    RuntimeException failure = new IllegalStateException("as it happens");
    doThrow(failure).when(first).onOpen(any());

    assertSame(
        failure,
        assertThrows(
            RuntimeException.class, () -> new Calling(first).andThen(second).onOpen(PEER)));
    verify(second).onOpen(PEER);
  }

  @Test
  void keepsBothFailuresIfBothThrow() {
    RuntimeException failure = new IllegalStateException("as it happens");
    RuntimeException another = new IllegalStateException("as it happens, too");
    doThrow(failure).when(first).onOpen(any());
    doThrow(another, failure).when(second).onOpen(any());
    EchoListener both = new Calling(first).andThen(second);

    for (int i = 0; i < 2; i++) { // the second time, both throw the same
      assertSame(failure, assertThrows(RuntimeException.class, () -> both.onOpen(PEER)));
      assertEquals(List.of(another), List.of(failure.getSuppressed()));
    }
  }

  @Test
  void namesAMissingListener() {
    EchoListener listener = new EchoListener() {};

    assertEquals(
        "next",
        assertThrows(NullPointerException.class, () -> listener.andThen(null)).getMessage());
  }
}
