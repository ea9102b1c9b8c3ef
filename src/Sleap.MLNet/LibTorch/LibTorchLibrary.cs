using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>Loads libtorch, even if libstdc++ is older than the one that TorchSharp is built with.</summary>
/// <remarks>
/// On Linux the runtime calls <see cref="Resolve"/> for TorchSharp's native library after its own search has failed. If
/// the cause is libstdc++, a copy of the library that requires fewer versions (<see cref="ElfVersions"/>) is written to
/// the user's cache folder and loaded. If the library loads normally, this code does not run.
/// </remarks>
internal static class LibTorchLibrary
{
    private const string Name = "LibTorchSharp",
        File = "libLibTorchSharp.so",
        Standard = "libstdc++.so.6";
    private const string Distributions = "Debian 13, Ubuntu 24.04, Fedora 38 and RHEL 10 have a newer one";

    /// <summary>
    /// Version of libtorch that TorchSharp and its packages are built for: the one in Directory.Packages.props, as
    /// checked by a test.
    /// </summary>
    public const string Version = "2.10.0";

    /// <summary>The package with libtorch for this system's CPU.</summary>
    public static readonly string CpuPackage =
        $"libtorch-cpu-{(OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64")}";

    private static string? _copy,
        _reason;
    private static volatile bool _isLoaded;

    /// <summary>Version of TorchSharp and of its GPU packages.</summary>
    public static string TorchSharpVersion => typeof(torch).Assembly.GetName().Version!.ToString(3);

    /// <summary>Describes in words how TorchSharp's native library was loaded.</summary>
    public static string Words => _copy is null ? "as it is" : $"by a copy for this system's older libstdc++, {_copy}";

    [ModuleInitializer]
    [SuppressMessage(
        "Usage",
        "CA2255",
        Justification = "It has to be there before the first tensor, which a program "
            + "may make before it uses this library."
    )]
    internal static void Prepare()
    {
        TorchThreads.LimitSpinning();
        TorchMemory.Keep();
        if (OperatingSystem.IsLinux())
        {
            (
                AssemblyLoadContext.GetLoadContext(typeof(LibTorchLibrary).Assembly) ?? AssemblyLoadContext.Default
            ).ResolvingUnmanagedDll += Resolve;
        }
    }

    /// <summary>Loads libtorch if it is not loaded yet.</summary>
    /// <exception cref="DllNotFoundException">
    /// libtorch cannot be loaded; the message has the cause and the remedy.
    /// </exception>
    public static void Load()
    {
        if (_isLoaded)
            return;
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            // libtorch's default rounds the factors of convolutions on a GPU to 10 bits (TF32). Precision.Single
            // promises 32 bits on each device; what may be rounded is said by Precision.BFloat16.
            torch.backends.cudnn.allow_tf32 = false;
            torch.backends.cuda.matmul.allow_tf32 = false;
            _isLoaded = true;
        }
        catch (Exception failure)
            when (failure is TypeInitializationException or NotSupportedException or DllNotFoundException)
        {
            throw new DllNotFoundException(
                _reason ?? $"{Missing} TorchSharp says: {failure.GetBaseException().Message}",
                failure
            );
        }
    }

    private static string Missing =>
        $"libtorch does not load. A program needs a package with it that fits TorchSharp {TorchSharpVersion}: "
        + $"{CpuPackage} {Version} (CPU), TorchSharp-cuda-linux {TorchSharpVersion} or TorchSharp-cuda-windows "
        + $"{TorchSharpVersion}. "
        + "See docs/troubleshooting.md.";

    [SupportedOSPlatform("linux")]
    private static nint Resolve(Assembly assembly, string name)
    {
        if (name != Name || Original() is not { } original)
            return 0;
        // Exceptions thrown here reach the code that created the first tensor. A missing libtorch is checked first,
        // because then libstdc++ is not the cause.
        if (InFolders("libtorch_cpu.so", original) is null)
            throw new DllNotFoundException(_reason = Missing);
        try
        {
            var library = System.IO.File.ReadAllBytes(original);
            (var path, var available) = StandardLibrary();
            string[] missing =
            [
                .. ElfVersions.Needed(library, Standard).Where(version => !available.Contains(version)),
            ];
            if (missing.Length == 0)
                return 0; // another cause, which TorchSharp reports
            var newest =
                available
                    .Where(version => version.StartsWith("GLIBCXX_3", StringComparison.Ordinal))
                    .MaxBy(version =>
                        System.Version.TryParse(version["GLIBCXX_".Length..], out var number)
                            ? number
                            : new System.Version()
                    )
                ?? "no GLIBCXX_3 version";
            try
            {
                return LoadCopy(original, ElfVersions.Without(library, missing));
            }
            catch (Exception problem)
                when (problem
                        is InvalidDataException
                            or IOException
                            or UnauthorizedAccessException
                            or DllNotFoundException
                )
            {
                throw new DllNotFoundException(_reason = TooOld(missing, path, newest, problem.Message), problem);
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new DllNotFoundException(
                _reason = $"libtorch does not load: {original}: {problem.Message}.",
                problem
            );
        }
    }

    /// <summary>Returns a message with the available version, the required one, and systems that have it.</summary>
    internal static string TooOld(IEnumerable<string> missing, string path, string newest, string problem) =>
        $"libtorch does not load: {File} of TorchSharp {TorchSharpVersion} needs {string.Join(", ", missing)} of "
        + $"{Standard}, and {path} has {newest} at most. "
        + $"A copy of it that needs less could not be used: {problem.TrimEnd('.')}. {Distributions}; a newer "
        + $"{Standard} (conda's, say) may also be named in LD_LIBRARY_PATH. See docs/troubleshooting.md.";

    /// <summary>Returns the path where the runtime looks for TorchSharp's native library.</summary>
    private static string? Original() =>
        (
            (string[])
                [
                    .. SearchFolders,
                    AppContext.BaseDirectory,
                    Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
                ]
        )
            .Select(folder => Path.Combine(folder, File))
            .FirstOrDefault(System.IO.File.Exists);

    /// <summary>
    /// Returns the libstdc++ of this process, which the runtime itself uses, and the versions it has.
    /// </summary>
    private static (string Path, IReadOnlySet<string> Versions) StandardLibrary()
    {
        NativeLibrary.TryLoad(Standard, out _); // so that it is in the list below in any case
        var path =
            System
                .IO.File.ReadLines("/proc/self/maps")
                .Select(line => line[Math.Max(line.IndexOf('/'), 0)..])
                .FirstOrDefault(file => Path.GetFileName(file).StartsWith("libstdc++.so.6", StringComparison.Ordinal))
            ?? throw new InvalidDataException($"{Standard} is not installed");
        var library = System.IO.File.ReadAllBytes(path);
        return (
            path,
            new HashSet<string>([.. ElfVersions.Defined(library, "GLIBCXX"), .. ElfVersions.Defined(library, "CXXABI")])
        );
    }

    [SupportedOSPlatform("linux")]
    private static nint LoadCopy(string original, byte[] library)
    {
        // The copy is not in libtorch's folder, so its dependencies are loaded first. They find each other in their own
        // folder.
        foreach (var name in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"])
        {
            if (InFolders(name, original) is { } path)
                NativeLibrary.TryLoad(path, out _);
        }

        var file = $"libLibTorchSharp-{Convert.ToHexStringLower(SHA256.HashData(library))}.so";
        if (CacheFolder() is { } cache)
            return LoadFrom(cache);
        var folder = Directory.CreateTempSubdirectory("sleap-mlnet-");
        var handle = LoadFrom(folder.FullName);
        folder.Delete(recursive: true); // loaded files stay available
        return handle;

        nint LoadFrom(string folder)
        {
            var path = Path.Combine(folder, file);
            if (!System.IO.File.Exists(path) || !System.IO.File.ReadAllBytes(path).AsSpan().SequenceEqual(library))
            {
                var draft = Path.Combine(folder, $"{Path.GetRandomFileName()}.draft");
                System.IO.File.WriteAllBytes(draft, library);
                System.IO.File.Move(draft, path, overwrite: true);
            }

            var handle = NativeLibrary.Load(path);
            _copy = path;
            return handle;
        }
    }

    /// <summary>
    /// Returns the folder in the user's cache that only this user can write to; null if there is none.
    /// </summary>
    [SupportedOSPlatform("linux")]
    private static string? CacheFolder()
    {
        var cache =
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } chosen
            && Path.IsPathFullyQualified(chosen)
                ? chosen
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        if (!Path.IsPathFullyQualified(cache))
            return null; // a user without a home folder
        try
        {
            var folder = Directory
                .CreateDirectory(
                    Path.Combine(cache, "sleap-mlnet"),
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                )
                .FullName;
            if (!OwnFolder.IsOurs(folder))
                return null;
            using (System.IO.File.Create(Path.Combine(folder, Path.GetRandomFileName()), 1, FileOptions.DeleteOnClose))
                return folder;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the path of a libtorch library: in its package folder, or beside TorchSharp's library in a published
    /// program.
    /// </summary>
    private static string? InFolders(string name, string original) =>
        SearchFolders
            .Append(Path.GetDirectoryName(original)!)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(System.IO.File.Exists);

    private static string[] SearchFolders =>
        (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(
            Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries
        );
}
