<?php
// Lists PHP's functions by nikic/PHP-Parser (see ../README.md).

require 'PhpParser/autoload.php';

use PhpParser\Node;
use PhpParser\Node\Expr;
use PhpParser\Node\Scalar;
use PhpParser\Node\Stmt;

/** Lists what a file defines, with the name of what is around. */
class Lister extends PhpParser\NodeVisitorAbstract
{
    public array $records = [];
    private array $around = [''];
    private ?Node $counted = null; // by the statement around it

    public function __construct(private string $file)
    {
    }

    public function enterNode(Node $node)
    {
        $name = $this->name($node);
        if ($name !== null) {
            $this->records[] = [
                'file' => $this->file, 'name' => $name, 'container' => end($this->around),
                'start' => $node->getStartLine(), 'end' => $node->getEndLine(),
            ];
        }
        if ($node instanceof Stmt\ClassLike) {
            $name = $node->name?->name ?? end($this->around);
        }
        $this->around[] = $name ?? end($this->around);
    }

    public function leaveNode(Node $node)
    {
        array_pop($this->around);
    }

    private function name(Node $node): ?string
    {
        if ($node instanceof Stmt\Function_ || $node instanceof Stmt\ClassMethod) {
            return $node->stmts === null ? null : $node->name->name;
        }
        if ($node instanceof Stmt\Expression) { // with its semicolon
            $this->counted = $node->expr;
            return $this->assigned($node->expr);
        }
        if ($node instanceof Expr\ArrayItem && $node->key instanceof Scalar\String_ && $this->isFunction($node->value)) {
            return $node->key->value;
        }
        return $node === $this->counted ? null : $this->assigned($node);
    }

    /** Returns the name of the variable or the property that gets a function. */
    private function assigned(Node $node): ?string
    {
        if (!$node instanceof Expr\Assign || !$this->isFunction($node->expr)) {
            return null;
        }
        $name = $node->var instanceof Expr\Variable || $node->var instanceof Expr\PropertyFetch ? $node->var->name : null;
        return $name instanceof Node\Identifier ? $name->name : (is_string($name) ? $name : null);
    }

    private function isFunction(Node $node): bool
    {
        return $node instanceof Expr\Closure || $node instanceof Expr\ArrowFunction;
    }
}

$parser = (new PhpParser\ParserFactory())->create(PhpParser\ParserFactory::PREFER_PHP7);
while (($line = fgets(STDIN)) !== false) {
    $file = rtrim($line, "\n");
    try {
        $lister = new Lister($file);
        $traverser = new PhpParser\NodeTraverser();
        $traverser->addVisitor($lister);
        $traverser->traverse($parser->parse(file_get_contents($file)) ?? []);
        $records = $lister->records;
    } catch (PhpParser\Error $e) {
        $records = [['file' => $file, 'error' => $e->getMessage()]];
    }
    foreach ($records as $record) {
        echo json_encode($record, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    }
}
