package dev.echo;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.mockito.internal.PremainAttachAccess;

/**
 * Makes the N-th allocation of some classes fail, as if the heap were full.
 *
 * <p>Each allocation in their methods, and each call of the JDK's that allocates before it waits,
 * hands over or completes, begins with a question whether it is to fail, put in by the
 * instrumentation that Mockito's agent has. Those on the threads of a server go through.
 */
final class FailingAllocations implements AutoCloseable {

  /** What may run out of memory within the JDK. */
  private static final Set<String> CALLS =
      Set.of("awaitNanos", "completeExceptionally", "execute", "lock", "read", "select", "write");

  private static final String OWNER = FailingAllocations.class.getName().replace('.', '/');

  /** How many are left until one fails; it fails at 0. */
  private static final AtomicInteger LEFT = new AtomicInteger();

  private static volatile boolean armed;

  private final Instrumentation instrumentation = PremainAttachAccess.getInstrumentation();
  private final Class<?>[] classes;
  private final ClassFileTransformer transformer = new ClassFileTransformer() {
    @Override
    public byte[] transform(
        ClassLoader loader, String name, Class<?> type, ProtectionDomain domain, byte[] bytes) {
      return Set.of(classes).contains(type) ? withQuestions(bytes) : null;
    }
  };

  FailingAllocations(Class<?>... classes) throws UnmodifiableClassException {
    this.classes = classes;
    instrumentation.addTransformer(transformer, true);
    instrumentation.retransformClasses(classes);
  }

  @Override
  public void close() throws UnmodifiableClassException {
    disarm();
    instrumentation.removeTransformer(transformer);
    instrumentation.retransformClasses(classes);
  }

  /** Has one allocation fail from now on, the first being number 0. */
  void arm(int number) {
    LEFT.set(number);
    armed = true;
  }

  /** Returns whether one has failed. */
  boolean disarm() {
    armed = false;
    return LEFT.get() < 0;
  }

  /** Called before each allocation. */
  static void ask() {
    if (armed
        && !Thread.currentThread().getName().startsWith("echo-server-")
        && LEFT.getAndDecrement() == 0) {
      throw new OutOfMemoryError("Injected");
    }
  }

  private static byte[] withQuestions(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String type, String signature, String[] exceptions) {
            MethodVisitor method = super.visitMethod(access, name, type, signature, exceptions);
            return name.startsWith("$") || name.equals("<clinit>") ? method : new Asking(method);
          }
        },
        0);
    return writer.toByteArray();
  }

  private static final class Asking extends MethodVisitor {

    Asking(MethodVisitor method) {
      super(Opcodes.ASM9, method);
    }

    private void ask() {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, OWNER, "ask", "()V", false);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      super.visitTypeInsn(opcode, type);
      if (opcode == Opcodes.NEW || opcode == Opcodes.ANEWARRAY) {
        ask(); // behind it, as the types of frames are told by where it is
      }
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      if (opcode == Opcodes.NEWARRAY) {
        ask();
      }
      super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String type, Handle method, Object... arguments) {
      ask();
      super.visitInvokeDynamicInsn(name, type, method, arguments);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String type, boolean isInterface) {
      if (owner.startsWith("java/") && CALLS.contains(name)) {
        ask();
      }
      super.visitMethodInsn(opcode, owner, name, type, isInterface);
    }
  }
}
