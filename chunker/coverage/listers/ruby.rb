# Lists Ruby's functions by the parser of the interpreter (see ../README.md).

require "json"

Node = RubyVM::AbstractSyntaxTree::Node

# What makes a function value of a block, and a method.
MAKERS = %i[lambda proc].freeze
DEFINERS = %i[define_method define_singleton_method].freeze
SENDERS = %i[send __send__ public_send].freeze
# Classes whose instances are classes.
CLASSES = %i[Class Module Struct Data].freeze

def literal(node)
  value = node.children[0] if node.is_a?(Node) && %i[LIT STR].include?(node.type)
  value.to_s if value.is_a?(Symbol) || value.is_a?(String)
end

def arguments(list)
  list.is_a?(Node) && list.type == :LIST ? list.children.compact : []
end

# The receiver's constant, or nil, and the name of the method that takes a block.
def maker(node)
  call = node.children[0]
  case call.type
  when :FCALL, :VCALL then [nil, call.children[0]]
  when :CALL then [call.children[0].type == :CONST ? call.children[0].children[0] : call, call.children[1]]
  end
end

def function?(node)
  return false unless node.is_a?(Node)
  return true if node.type == :LAMBDA
  return false unless node.type == :ITER

  receiver, method = maker(node)
  receiver ? receiver == :Proc && method == :new : MAKERS.include?(method)
end

# The name under which define_method, or a send of it, makes a method of a block.
def defined(node)
  call = node.children[0]
  return unless %i[FCALL CALL].include?(call.type)

  method, list = call.type == :FCALL ? call.children : call.children[1..]
  args = arguments(list)
  if SENDERS.include?(method) && DEFINERS.any? { |d| literal(args[0]) == d.to_s }
    method = literal(args.shift).to_sym
  end
  literal(args[0]) if DEFINERS.include?(method) && args.size == 1
end

# Finder prints what is defined in a file.
class Finder
  def initialize(path)
    @path = path
  end

  def visit(node, container)
    return unless node.is_a?(Node)

    case node.type
    when :DEFN then inside(node, found(node, node.children[0].to_s, container))
    when :DEFS then inside(node, found(node, node.children[1].to_s, container))
    when :CLASS, :MODULE then inside(node, path_of(node.children[0]))
    when :LASGN, :DASGN, :IASGN, :GASGN, :CVASGN, :CDECL then bound(node, node.children[0], node.children[-1], container)
    when :ATTRASGN then attribute(node, container)
    when :HASH then pairs(node, container)
    when :ITER
      name = defined(node)
      inside(node, name ? found(node, name, container) : container)
    else inside(node, container)
    end
  end

  private

  def inside(node, container)
    node.children.each { |c| visit(c, container) }
  end

  def found(from, name, container, to = from)
    puts JSON.generate(file: @path, name: name, container: container, start: from.first_lineno, end: to.last_lineno)
    name
  end

  def bound(node, name, value, container)
    name = path_of(name)
    if name && function?(value)
      found(node, name, container)
      container = name
    elsif node.type == :CDECL && value.is_a?(Node) && value.type == :ITER && CLASSES.include?(maker(value)&.first)
      container = name
    end
    inside(node, container)
  end

  # object.name = value, object[:name] = value
  def attribute(node, container)
    name = node.children[1].to_s.delete_suffix("=")
    values = arguments(node.children[2])
    name = literal(values[0]) if name == "[]" && values.size == 2
    container = found(node, name, container) if name && name != "[]" && function?(values[-1])
    inside(node, container)
  end

  def pairs(node, container)
    arguments(node.children[0]).each_slice(2) do |key, value|
      name = literal(key)
      visit(key, container)
      visit(value, name && function?(value) ? found(key, name, container, value) : container)
    end
  end

  # The name of a class as it is written.
  def path_of(node)
    return node.to_s if node.is_a?(Symbol)
    return unless node.is_a?(Node)

    case node.type
    when :COLON2 then [path_of(node.children[0]), node.children[1]].compact.join("::")
    when :COLON3 then "::#{node.children[0]}"
    when :CONST then node.children[0].to_s
    end
  end
end

$VERBOSE = nil
$stdin.each_line(chomp: true) do |path|
  Finder.new(path).visit(RubyVM::AbstractSyntaxTree.parse(File.read(path, encoding: "UTF-8")), "")
rescue SyntaxError, ArgumentError, EncodingError, SystemStackError => e
  puts JSON.generate(file: path, error: e.message.scrub.lines.first)
end
