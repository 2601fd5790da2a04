import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.*;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import javax.tools.*;

/** Lists Java's functions by javac's own parser (see ../README.md). */
public class Java {
  public static void main(String[] args) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    for (String file; (file = in.readLine()) != null; ) {
      out.print(list(file));
    }
    out.flush();
  }

  /** Returns the records of one file. */
  static String list(String file) throws IOException {
    var text = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
    var source = new SimpleJavaFileObject(URI.create("string:///A.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
    var diagnostics = new DiagnosticCollector<JavaFileObject>();
    var task = (JavacTask) ToolProvider.getSystemJavaCompiler()
        .getTask(Writer.nullWriter(), null, diagnostics, List.of(), null, List.of(source));
    var unit = task.parse().iterator().next();
    for (var d : diagnostics.getDiagnostics()) {
      if (d.getKind() == Diagnostic.Kind.ERROR) {
        return "{\"file\": %s, \"error\": %s}\n".formatted(quote(file), quote("line " + d.getLineNumber() + ": " + d.getMessage(Locale.ROOT)));
      }
    }
    var lister = new Lister(file, text, unit, Trees.instance(task).getSourcePositions());
    lister.scan(unit, "");
    return lister.records.toString();
  }

  static String quote(String s) {
    var b = new StringBuilder("\"");
    for (char c : s.toCharArray()) {
      if (c == '"' || c == '\\' || c < ' ') {
        b.append("\\u%04x".formatted((int) c));
      } else {
        b.append(c);
      }
    }
    return b.append('"').toString();
  }

  /** Visits a file with the name of what is around. */
  static class Lister extends TreeScanner<Void, String> {
    final StringBuilder records = new StringBuilder();
    final String file, text;
    final CompilationUnitTree unit;
    final SourcePositions positions;

    Lister(String file, String text, CompilationUnitTree unit, SourcePositions positions) {
      this.file = file;
      this.text = text;
      this.unit = unit;
      this.positions = positions;
    }

    void emit(String name, String container, Tree tree) {
      var lines = unit.getLineMap();
      var start = positions.getStartPosition(unit, tree);
      var end = positions.getEndPosition(unit, tree);
      records.append("{\"file\": %s, \"name\": %s, \"container\": %s, \"start\": %d, \"end\": %d}\n".formatted(
          quote(file), quote(name), quote(container), lines.getLineNumber(start), lines.getLineNumber(end - 1)));
    }

    @Override
    public Void visitClass(ClassTree tree, String container) {
      // An anonymous class has no name: its methods are in what is around it.
      var name = tree.getSimpleName().toString();
      return super.visitClass(tree, name.isEmpty() ? container : name);
    }

    @Override
    public Void visitMethod(MethodTree tree, String container) {
      var name = tree.getName().toString();
      if (tree.getBody() == null || positions.getEndPosition(unit, tree) < 0) {
        return super.visitMethod(tree, container);
      }
      if (name.equals("<init>")) {
        name = container;
      }
      emit(name, container, tree);
      return super.visitMethod(tree, name);
    }

    @Override
    public Void visitVariable(VariableTree tree, String container) {
      if (tree.getInitializer() instanceof LambdaExpressionTree) {
        emit(tree.getName().toString(), container, tree);
        return super.visitVariable(tree, tree.getName().toString());
      }
      return super.visitVariable(tree, container);
    }

    @Override
    public Void visitAssignment(AssignmentTree tree, String container) {
      if (!(tree.getExpression() instanceof LambdaExpressionTree)) {
        return super.visitAssignment(tree, container);
      }
      var name = tree.getVariable() instanceof MemberSelectTree m ? m.getIdentifier().toString() : tree.getVariable().toString();
      emit(name, container, tree);
      return super.visitAssignment(tree, name);
    }
  }
}
