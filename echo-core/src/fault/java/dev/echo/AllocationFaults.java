package dev.echo;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.StackWalker.StackFrame;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.mockito.internal.PremainAttachAccess;

/**
 * Makes the allocations of the library fail one after another, as if the heap were full.
 *
 * <p>While a test class runs, each class of the library asks {@link AllocationGate} with every
 * object, array and lambda it makes, and before the calls of the JDK that most likely make one,
 * such as those that add to a collection. The questions are put into the classes with the
 * instrumentation that Mockito's agent has.
 *
 * <p>An allocation is told from others by the calls of the library that have led to it: a scenario
 * is run again as long as it comes to one that has not failed yet. So each kind of failure happens
 * once, whichever thread is first.
 *
 * <p>Allocations count on the threads of one side, which the library names, and {@link #inside}.
 */
final class AllocationFaults implements BeforeAllCallback, AfterAllCallback {

  private static final Path CLASSES = Path.of("target", "classes");
  private static final String GATE = AllocationGate.class.getName().replace('.', '/');

  /** Far more than any scenario has. */
  private static final int MAX_RUNS = 2_000;

  private static final int MAX_FAILURES = 5;

  /** How many calls tell one allocation from another. */
  private static final int DEPTH = 6;

  /** Methods of the JDK that need memory more often than not, where they are not overridden. */
  private static final Set<String> CALLS = Set.of(
      "java/nio/ByteBuffer allocate",
      "java/nio/ByteBuffer allocateDirect",
      "java/nio/ByteBuffer asReadOnlyBuffer",
      "java/nio/ByteBuffer duplicate",
      "java/nio/ByteBuffer slice",
      "java/nio/ByteBuffer wrap",
      "java/lang/String format",
      "java/lang/String formatted",
      "java/lang/String getBytes",
      "java/lang/Thread start",
      "java/util/Arrays copyOf",
      "java/util/Arrays copyOfRange",
      "java/util/List of");

  /** Likewise, of each collection and executor. */
  private static final Set<String> COLLECTING = Set.of(
      "add", "addAll", "addLast", "execute", "forEach", "iterator", "offer", "put", "subList");

  /** The names of the classes that ask. */
  private static final Set<String> LIBRARY = ConcurrentHashMap.newKeySet();

  private final List<String> threads;
  private final ThreadLocal<Boolean> isInside = ThreadLocal.withInitial(() -> false);
  private final Instrumentation instrumentation = PremainAttachAccess.getInstrumentation();
  private final Transformer transformer = new Transformer();
  private final Set<String> instrumented = new HashSet<>();

  /**
   * @param threads how the names of the side's threads begin
   */
  AllocationFaults(String... threads) {
    this.threads = List.of(threads);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    for (Class<?> type : libraryClasses()) {
      instrumented.add(type.getName().replace('.', '/'));
    }
    instrumentation.addTransformer(transformer, true);
    retransform();
    assertFalse(transformer.hasFailed, "the classes could not be changed");
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    instrumentation.removeTransformer(transformer);
    retransform();
  }

  private void retransform() throws Exception {
    List<Class<?>> classes = libraryClasses();
    try {
      instrumentation.retransformClasses(classes.toArray(Class[]::new));
    } catch (UnmodifiableClassException | InternalError e) {
      throw new AssertionError("Retransform " + classes, e);
    }
  }

  /** All of them, initialized, so that no failure leaves one that can't be used any more. */
  private static List<Class<?>> libraryClasses() throws IOException, ClassNotFoundException {
    List<String> names;
    try (Stream<Path> files = Files.walk(CLASSES)) {
      names = files
          .map(file -> CLASSES.relativize(file).toString())
          .filter(name -> name.endsWith(".class") && !name.contains("-"))
          .map(name -> name.replace(".class", "").replace('/', '.'))
          .toList();
    }
    List<Class<?>> classes = new ArrayList<>();
    for (String name : names) {
      classes.add(Class.forName(name));
    }
    return classes;
  }

  /** What is done while one allocation fails. */
  interface Run {
    void with(Fault fault) throws Exception;
  }

  /**
   * Runs something as long as there is an allocation in it that has not failed yet.
   *
   * @param inARow how many fail at a time: those that the thread comes to next, too
   */
  void failEachInTurn(int inARow, Run run) {
    Set<String> failed = ConcurrentHashMap.newKeySet();
    List<String> failures = new ArrayList<>();
    int runs = 0;
    Fault fault;
    do {
      assertTrue(runs++ < MAX_RUNS, "more allocations than expected");
      fault = new Fault(failed, inARow);
      try {
        run.with(fault);
      } catch (Throwable e) {
        failures.add("When memory is short at " + fault.path + ": " + e);
        if (failures.size() == MAX_FAILURES) {
          throw new AssertionError("After " + runs + " runs:\n" + String.join("\n", failures), e);
        }
      } finally {
        disarm();
      }
    } while (fault.hasHappened());
    assertTrue(runs > 1, "there was no allocation");
    if (!failures.isEmpty()) {
      fail("In " + runs + " runs:\n" + String.join("\n", failures));
    }
    System.out.println((runs - 1) + " allocations have failed in turn");
  }

  void disarm() {
    AllocationGate.armed = null;
  }

  /** Runs what belongs to the side whose allocations count. */
  <T> T inside(Callable<T> action) throws Exception {
    isInside.set(true);
    try {
      return action.call();
    } finally {
      isInside.remove();
    }
  }

  /** One allocation that fails, and those right after it if there are to be more. */
  final class Fault {
    final OutOfMemoryError error = new OutOfMemoryError("Injected");
    private final Set<String> failed;
    private int left;
    private Thread thread;

    /** How the library came to the allocation; null until it has failed. */
    private volatile String path;

    private Fault(Set<String> failed, int inARow) {
      this.failed = failed;
      this.left = inARow;
    }

    void arm() {
      AllocationGate.armed = this;
    }

    boolean hasHappened() {
      return path != null;
    }

    boolean isReasonOf(Throwable thrown) {
      return thrown != null && (thrown == error || isReasonOf(thrown.getCause()));
    }

    void meet() {
      if (counts() && mustFail()) {
        throw error;
      }
    }

    private boolean counts() {
      String name = Thread.currentThread().getName();
      return isInside.get() || threads.stream().anyMatch(name::startsWith);
    }

    private boolean mustFail() {
      if (path == null) {
        String next = path();
        synchronized (this) {
          if (path == null && failed.add(next)) {
            path = next;
            thread = Thread.currentThread();
          }
        }
      }
      return Thread.currentThread() == thread && left-- > 0;
    }
  }

  /** The last calls of the library on this thread's stack, the very last one first. */
  private static String path() {
    return StackWalker.getInstance()
        .walk(frames -> frames
            .filter(AllocationFaults::isOfLibrary)
            .limit(DEPTH)
            .map(frame -> frame.getClassName().replaceAll(".*\\.", "") + "." + frame.getMethodName()
                + ":" + frame.getLineNumber() + "/" + frame.getByteCodeIndex())
            .collect(Collectors.joining(" < ")));
  }

  private static boolean isOfLibrary(StackFrame frame) {
    return LIBRARY.contains(frame.getClassName());
  }

  /** Puts the questions into the classes. */
  private final class Transformer implements ClassFileTransformer {

    volatile boolean hasFailed;

    @Override
    public byte[] transform(
        ClassLoader loader,
        String name,
        Class<?> redefined,
        ProtectionDomain domain,
        byte[] bytes) {
      if (redefined == null || !instrumented.contains(name)) {
        return null;
      }
      try {
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(new Questions(writer), 0);
        LIBRARY.add(redefined.getName());
        return writer.toByteArray();
      } catch (RuntimeException | Error e) { // which the JVM would keep to itself
        hasFailed = true;
        throw e;
      }
    }
  }

  private static final class Questions extends ClassVisitor {

    Questions(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
      boolean isOfCode = !name.equals("<clinit>") && !name.startsWith("$jacoco");
      return isOfCode ? new QuestionsOfMethod(next) : next;
    }
  }

  private static final class QuestionsOfMethod extends MethodVisitor {

    QuestionsOfMethod(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    // After the object is there: a frame of the verifier may refer to the place of a NEW.

    @Override
    public void visitTypeInsn(int opcode, String type) {
      super.visitTypeInsn(opcode, type);
      if (opcode == Opcodes.NEW || opcode == Opcodes.ANEWARRAY) {
        ask();
      }
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      super.visitIntInsn(opcode, operand);
      if (opcode == Opcodes.NEWARRAY) {
        ask();
      }
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      super.visitMultiANewArrayInsn(descriptor, dimensions);
      ask();
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
      ask();
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      boolean collects = owner.startsWith("java/util/")
          && !owner.startsWith("java/util/concurrent/atomic/")
          && COLLECTING.contains(name);
      if (collects || CALLS.contains(owner + " " + name)) {
        ask(); // before, as if it had done nothing
      }
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }

    private void ask() {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, GATE, "ask", "()V", false);
    }
  }
}
