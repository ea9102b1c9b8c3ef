using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sleap.Studio;

/// <summary>The page's own files, which lie inside this assembly. They hold no data and need no secret.</summary>
internal static class PageFiles
{
    private const string Prefix = "wwwroot/";
    private const string First = "index.html";

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
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => name[Prefix.Length..].Replace('\\', '/'),
                name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    var bytes = new byte[stream.Length];
                    stream.ReadExactly(bytes);
                    return bytes;
                }
            );
    }
}
