//! Lists the functions of Zig files for chunker/coverage, with the parser of
//! Zig's own standard library.
const std = @import("std");
const Ast = std.zig.Ast;

const Record = struct {
    file: []const u8,
    name: ?[]const u8 = null,
    start: ?usize = null,
    end: ?usize = null,
    @"error": ?[]const u8 = null,
};

pub fn main() !void {
    var arena = std.heap.ArenaAllocator.init(std.heap.page_allocator);
    defer arena.deinit();
    var out = std.io.bufferedWriter(std.io.getStdOut().writer());
    const paths = try std.io.getStdIn().readToEndAlloc(arena.allocator(), 1 << 30);
    var each = std.mem.tokenizeScalar(u8, paths, '\n');
    while (each.next()) |path| try list(arena.allocator(), out.writer(), path);
    try out.flush();
}

fn list(allocator: std.mem.Allocator, out: anytype, path: []const u8) !void {
    const source = try std.fs.cwd().readFileAllocOptions(allocator, path, 1 << 26, null, 1, 0);
    const ast = try Ast.parse(allocator, source, .zig);
    if (ast.errors.len > 0) {
        return print(out, .{ .file = path, .@"error" = @tagName(ast.errors[0].tag) });
    }
    for (ast.nodes.items(.tag), 0..) |tag, node| {
        if (tag != .fn_decl) continue;
        var buffer: [1]Ast.Node.Index = undefined;
        const prototype = ast.fullFnProto(&buffer, @intCast(node)).?;
        const name = prototype.name_token orelse continue;
        try print(out, .{
            .file = path,
            .name = ast.tokenSlice(name),
            .start = ast.tokenLocation(0, prototype.firstToken()).line + 1,
            .end = ast.tokenLocation(0, ast.lastToken(@intCast(node))).line + 1,
        });
    }
}

fn print(out: anytype, record: Record) !void {
    try std.json.stringify(record, .{ .emit_null_optional_fields = false }, out);
    try out.writeByte('\n');
}
