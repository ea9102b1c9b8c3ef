using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sleap.Studio;

/// <summary>The page's own files, which lie inside this assembly. They hold no data and need no secret.</summary>
internal static class PageFiles
{
    private const string Prefix = "wwwroot/";
    private const string First = "index.html";
    private const string Panels = "panels.html"; // a part of the first, which is long

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, byte[]> Files = Read();

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (name, bytes) in Files)
        {
            var type = Types[Path.GetExtension(name)];
            routes.MapMethods(
                name == First ? "/" : $"/{name}",
                [HttpMethods.Get, HttpMethods.Head],
                () => Results.Bytes(bytes, type)
            );
        }
    }

    private static FrozenDictionary<string, byte[]> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var files = assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(
                name => name[Prefix.Length..].Replace('\\', '/'),
                name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    var bytes = new byte[stream.Length];
                    stream.ReadExactly(bytes);
                    return bytes;
                }
            );
        files.Remove(Panels, out var panels);
        var page = Encoding.UTF8.GetString(files[First]);
        files[First] = Encoding.UTF8.GetBytes(page.Replace($"<!-- {Panels} -->", Encoding.UTF8.GetString(panels!)));
        return files.ToFrozenDictionary();
    }
}
