using System.Reflection;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Data;

/// <summary>Finds libspng and libturbojpeg under the names that systems install them with.</summary>
internal static class NativeCodecs
{
    public const string Png = "spng";
    public const string Jpeg = "turbojpeg";

    private static readonly Dictionary<string, (string[] Files, string Package)> _libraries = new()
    {
        [Png] = (["libspng.so.0", "libspng.so", "libspng.dylib", "spng.dll"], "libspng0"),
        [Jpeg] = (["libturbojpeg.so.0", "libturbojpeg.so", "libturbojpeg.dylib", "turbojpeg.dll"], "libturbojpeg0"),
    };

    static NativeCodecs() => NativeLibrary.SetDllImportResolver(typeof(NativeCodecs).Assembly, Find);

    /// <summary>Called before the first native call, so that the names above are known.</summary>
    public static void EnsureFound()
    {
    }

    private static nint Find(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (!_libraries.TryGetValue(name, out (string[] Files, string Package) library))
            return 0;
        foreach (string file in library.Files)
        {
            if (NativeLibrary.TryLoad(file, assembly, path, out nint handle))
                return handle;
        }
        throw new DllNotFoundException($"{(name == Png ? "PNG" : "JPEG")} images need the library {library.Files[0]}, which is not on this machine. "
            + $"On Debian and Ubuntu: apt-get install {library.Package}");
    }
}
