# Lists Elixir's functions by the compiler's own parser (see ../README.md).

defmodule Lister do
  @definitions [:def, :defp, :defmacro, :defmacrop]
  # Attributes that say something of the function after them. A @doc with text
  # is a doc comment and no part of it; a @dialyzer with an atom is the module's.
  @annotations [:spec, :impl, :deprecated, :since]

  def main do
    for line <- IO.stream(:stdio, :line), do: line |> String.trim_trailing("\n") |> list()
  end

  defp list(path) do
    options = [columns: true, token_metadata: true, emit_warnings: false, literal_encoder: &{:ok, {:__literal__, &2, [&1]}}]

    with {:ok, text} <- File.read(path),
         {:ok, tree} <- Code.string_to_quoted(text, options) do
      for {name, container, first, last} <- block([tree], "") do
        print(file: path, name: name, container: container, start: first, end: last)
      end
    else
      {:error, reason} -> print(file: path, error: inspect(reason))
    end
  end

  # Expressions that stand one after another. Clauses of one function follow
  # each other, with nothing but attributes among them.
  defp block(expressions, container) do
    {found, _, _} = Enum.reduce(expressions, {[], nil, nil}, &expression(&1, &2, container))
    Enum.reverse(found)
  end

  # The accumulator: what was found, the latest function's name and arity, and
  # the line at which the attributes before the next one start.
  defp expression({:@, meta, [{attribute, _, [value]}]} = e, {found, latest, start}, container) do
    cond do
      attribute in @annotations or (attribute == :doc and not text?(value)) or (attribute == :dialyzer and tuple?(value)) ->
        {Enum.reverse(inside(e, container), found), latest, start || meta[:line]}

      attribute == :doc ->
        {found, latest, start}

      true ->
        {Enum.reverse(inside(e, container), found), nil, nil}
    end
  end

  defp expression({definition, meta, [head | rest]} = e, {found, latest, start}, container) when definition in @definitions and rest != [] or definition in [:defguard, :defguardp] do
    case head(head) do
      {name, arity} ->
        last = last_line(e)

        case found do
          [{^name, _, first, _} | others] when latest == {name, arity} ->
            {[{name, container, first, last} | Enum.reverse(inside(rest, name), others)], latest, nil}

          _ ->
            {[{name, container, start || meta[:line], last} | Enum.reverse(inside(rest, name), found)], {name, arity}, nil}
        end

      nil ->
        {Enum.reverse(inside(e, container), found), nil, nil}
    end
  end

  defp expression({:=, meta, [{name, _, context}, {:fn, _, _} = value]} = e, {found, _, _}, container) when is_atom(name) and is_atom(context) do
    inner = inside(value, to_string(name))
    {[{to_string(name), container, meta[:name_line] || first_line(e), last_line(e)} | Enum.reverse(inner, found)], nil, nil}
  end

  defp expression(e, {found, _, _}, container), do: {Enum.reverse(inside(e, container), found), nil, nil}

  defp inside({module, _, [{:__aliases__, _, parts} | rest]}, _) when module in [:defmodule, :defprotocol, :defimpl] do
    inside(rest, Enum.map_join(parts, ".", &(if is_atom(&1), do: to_string(&1), else: Macro.to_string(&1))))
  end

  defp inside({:__block__, _, expressions}, container), do: block(expressions, container)
  defp inside({:__literal__, _, [value]}, container), do: inside(value, container)
  defp inside({f, _, args}, container), do: inside(f, container) ++ inside(args, container)
  defp inside({a, b}, container), do: each([a, b], container)
  defp inside(list, container) when is_list(list), do: each(list, container)
  defp inside(_, _), do: []

  defp each(list, container), do: Enum.flat_map(list, &block([&1], container))

  defp head({:when, _, [head | _]}), do: head(head)
  defp head({:unquote, _, _}), do: nil
  defp head({name, _, args}) when is_atom(name), do: {to_string(name), if(is_list(args), do: length(args), else: 0)}
  defp head(_), do: nil

  defp text?({:__literal__, _, [value]}), do: is_binary(value)
  defp text?({sigil, _, _}) when sigil in [:sigil_S, :sigil_s, :<<>>], do: true
  defp text?(_), do: false

  defp tuple?({:{}, _, _}), do: true
  defp tuple?({:__literal__, _, [value]}), do: tuple?(value)
  defp tuple?(value), do: is_tuple(value) and tuple_size(value) == 2

  defp first_line(e), do: e |> lines() |> Enum.min()

  defp last_line({_, meta, _} = e) do
    if ended = meta[:end_of_expression], do: ended[:line], else: e |> lines() |> Enum.max()
  end

  defp lines({:__literal__, meta, [value]}) do
    own = marks(meta) ++ lines(value)

    if meta[:delimiter] in ["\"\"\"", "'''"] do
      text = if is_list(value), do: List.to_string(value), else: value
      [meta[:line] + length(String.split(text, "\n")) | own]
    else
      own
    end
  end

  defp lines({f, meta, args}) when is_list(meta), do: marks(meta) ++ lines(f) ++ lines(args)
  defp lines({a, b}), do: lines(a) ++ lines(b)
  defp lines(list) when is_list(list), do: Enum.flat_map(list, &lines/1)
  defp lines(_), do: []

  defp marks(meta) do
    for {key, value} <- meta, line <- mark(key, value), do: line
  end

  defp mark(:line, line), do: [line]
  defp mark(key, of) when key in [:end, :closing, :do], do: [of[:line]]
  defp mark(_, _), do: []

  defp print(fields) do
    IO.puts(["{", fields |> Enum.map(fn {key, value} -> [?", to_string(key), "\":", json(value)] end) |> Enum.intersperse(","), "}"])
  end

  defp json(number) when is_integer(number), do: to_string(number)

  defp json(text) do
    escaped = for <<c::utf8 <- text>>, into: "", do: escape(c)
    [?", escaped, ?"]
  end

  defp escape(c) when c in [?", ?\\], do: <<?\\, c>>
  defp escape(c) when c < 32, do: "\\u" <> String.pad_leading(Integer.to_string(c, 16), 4, "0")
  defp escape(c), do: <<c::utf8>>
end

Lister.main()
