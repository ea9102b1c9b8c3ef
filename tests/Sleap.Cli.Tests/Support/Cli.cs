using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Sleap.Cli.Tests;

/// <summary>Runs <c>sleap</c> as a person would: a process of its own.</summary>
internal static class Cli
{
    public static string Root { get; } = FindRoot();

    /// <summary>The configuration of this build, whose assemblies are there.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains("release", StringComparison.OrdinalIgnoreCase) ? "Release" : "Debug";

    /// <summary>The versions of Directory.Packages.props by package.</summary>
    public static Dictionary<string, string> PackageVersions()
    {
        var pins = XDocument.Load(Path.Combine(Root, "Directory.Packages.props"));
        string Resolved(string version) =>
            version.StartsWith("$(", StringComparison.Ordinal)
                ? pins.Descendants(version[2..^1]).Single().Value
                : version;
        return pins.Descendants("PackageVersion")
            .ToDictionary(
                package => package.Attribute("Include")!.Value,
                package => Resolved(package.Attribute("Version")!.Value)
            );
    }

    /// <summary>A file of tests/data.</summary>
    public static string Data(string name) => Path.Combine(Root, "tests", "data", name);

    public static (int Code, string Output, string Error) Run(params string[] words) => Run([], words);

    public static (int Code, string Output, string Error) Run(
        (string Name, string Value)[] variables,
        params string[] words
    ) => Run(Root, variables, words);

    public static (int Code, string Output, string Error) Run(
        string folder,
        (string Name, string Value)[] variables,
        params string[] words
    )
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sleap.dll"), .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>
    /// Runs another program, such as dotnet, without what the test run's own MSBuild has left in the environment: it
    /// must find its own paths and answers.
    /// </summary>
    /// <returns>The exit code, and what was written to standard output and then to standard error.</returns>
    public static (int Code, string Output) Start(string program, string folder, params string[] words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (
            var name in start
                .Environment.Keys.Where(key =>
                    key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || key is "Torch" or "NUGET_PACKAGES"
                )
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    /// <summary>Runs with --json, expects exit code 0, and reads the last line.</summary>
    public static JsonNode Json(params string[] words)
    {
        var (code, output, error) = Run([.. words, "--json"]);
        Assert.True(code == 0, $"exit code {code}: {error}");
        return JsonNode.Parse(output.TrimEnd().Split('\n')[^1])!;
    }

    /// <summary>
    /// Whether a process started from here ignores Ctrl+C, as all do below a shell's background job or <c>nohup</c>:
    /// then so does <c>sleap</c>, as it should.
    /// </summary>
    public static bool IgnoresInterrupts()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        using var process = Process.Start(
            new ProcessStartInfo("grep", ["SigIgn", "/proc/self/status"]) { RedirectStandardOutput = true }
        )!;
        var mask = Convert.ToUInt64(process.StandardOutput.ReadToEnd().Split(':')[1].Trim(), 16);
        process.WaitForExit();
        return (mask & 0b10) != 0; // SIGINT is the second signal
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Sleap.MLNet.sln")))
                return folder;
        }

        throw new DirectoryNotFoundException($"Sleap.MLNet.sln is not above {here}.");
    }
}
