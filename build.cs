// The one way in: dotnet run build.cs -- demo | test | approve | sleap ARGS… | bench | pack | doctor
// It installs what is missing, decides which runtime this machine can have, builds, and runs.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

var root = FindRoot();
Environment.CurrentDirectory = root;
Environment.SetEnvironmentVariable("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
Environment.SetEnvironmentVariable("DOTNET_NOLOGO", "1");
var verb = args.FirstOrDefault() ?? "help";
var rest = args.Skip(1).ToArray();
try
{
    return verb switch
    {
        "demo" => Demo(),
        "test" => Test(),
        "approve" => Approve(),
        "sleap" => Sleap(rest),
        "bench" => Bench(rest),
        "pack" => Pack(),
        "doctor" => Doctor(),
        "help" or "--help" or "-h" => Help(),
        _ => throw new BuildException($"'{verb}' is not a verb of build.cs. Verbs: demo, test, approve, sleap, bench, pack, doctor.", 2),
    };
}
catch (BuildException problem)
{
    Console.Error.WriteLine($"build: {problem.Message}");
    return problem.ExitCode;
}

// ---- verbs ------------------------------------------------------------------------------------------------------

int Help()
{
    Console.WriteLine("""
        dotnet run build.cs -- VERB

          demo     train on real frames, predict a video, write demo/ (about 6 minutes on 2 cores)
          test     build and run all tests; ends with 'N passed, N failed'
          approve  write what is made of the code: docs/configuration.md and the lists of public members
          sleap …  the command-line tool, from this clone
          bench    speed beside plain PyTorch in the same run
          pack     NuGet packages into artifacts/package
          doctor   what is installed, what is missing, and what to do about it

        The runtime (real ML.NET packages, or the stand-ins over libtorch) is found by asking NuGet once;
        POSE_RUNTIME=packages|standalone decides it by hand. LIBTORCH names a libtorch folder of your own.
        """);
    return 0;
}

int Demo()
{
    Prepare(Parts.Run);
    var built = Stopwatch.StartNew();
    Dotnet("build", "examples/demo.cs", "-c", "Release", "-v", "q");
    var buildSeconds = built.Elapsed.TotalSeconds;
    if (Directory.Exists("demo")) Directory.Delete("demo", recursive: true);
    Directory.CreateDirectory("demo");
    // Two processes: what the second one knows about the model is what the first one saved.
    foreach (var part in (string[])["train", "predict"])
    {
        var code = Run("dotnet", ["run", "examples/demo.cs", "-c", "Release", "--no-build", "--", part, Runtime()]);
        if (code != 0) throw new BuildException($"The demo's part '{part}' ended with exit code {code}.", code);
    }
    var report = JsonNode.Parse(File.ReadAllText("demo/demo.json"))!;
    report["seconds"]!["build"] = Math.Round(buildSeconds, 1);
    using (var writer = new Utf8JsonWriter(File.Create("demo/demo.json"), new() { Indented = true })) report.WriteTo(writer);
    Console.WriteLine($"demo: {Path.GetRelativePath(root, Path.GetFullPath("demo/demo.json"))}");
    return 0;
}

int Test()
{
    Prepare(Parts.Run | Parts.Test);
    string[] projects =
    [
        "tests/Sleap.IO.Tests", "tests/Sleap.Transforms.Tests", "tests/Sleap.MLNet.Tests", "tests/Sleap.Cli.Tests",
        .. Runtime() == "standalone" ? ["tests/Standalone.Tests"] : Array.Empty<string>(),
    ];
    projects = [.. projects.Where(Directory.Exists)];
    const string results = "artifacts/test-results";
    if (Directory.Exists(results)) Directory.Delete(results, recursive: true);
    Console.WriteLine("building");
    foreach (var project in projects) Build(project);
    var (passed, failed, skipped) = (0, 0, 0);
    foreach (var project in projects)
    {
        var name = Path.GetFileName(project);
        var clock = Stopwatch.StartNew();
        Run("dotnet", ["test", project, "-c", "Release", "--no-build", "-v", "q", "--results-directory", results, "--logger", $"trx;LogFileName={name}.trx", "--logger", "console;verbosity=minimal"]);
        var report = Path.Combine(results, name + ".trx");
        // A test host that died leaves no report, or one without counters: that is a failure, not silence.
        if (!File.Exists(report)) { Console.Error.WriteLine($"{name}: the test host ended without a report."); failed++; continue; }
        XNamespace ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
        var summary = XDocument.Load(report).Descendants(ns + "ResultSummary").Single();
        var counters = summary.Element(ns + "Counters")!;
        int Count(string key) => int.Parse(counters.Attribute(key)!.Value, CultureInfo.InvariantCulture);
        passed += Count("passed");
        var bad = Count("total") - Count("passed") - Count("notExecuted") - Skipped();
        int Skipped() => Count("total") - Count("executed") - Count("notExecuted");
        failed += Math.Max(bad, 0);
        if (summary.Attribute("outcome")!.Value == "Failed" && bad == 0) failed++; // aborted run
        skipped += Count("total") - Count("executed");
        Console.WriteLine($"{name}: {Count("passed")} passed in {clock.Elapsed.TotalSeconds:0} s");
    }
    if (skipped > 0) Console.WriteLine($"Skipped on this runtime ({Runtime()}): {skipped}");
    Console.WriteLine($"{passed} passed, {failed} failed");
    return failed == 0 && passed > 0 ? 0 : 1;
}

int Approve()
{
    Prepare(Parts.Run);
    const string project = "tests/Sleap.Cli.Tests";
    Build(project);
    Environment.SetEnvironmentVariable("SLEAP_APPROVE", "1");
    var code = Run("dotnet", ["test", project, "-c", "Release", "--no-build", "--nologo", "-v", "q", "--filter", "FullyQualifiedName~Approved"]);
    if (code == 0) Console.WriteLine("Written; 'git diff' shows what changed.");
    return code;
}

int Sleap(string[] words)
{
    Prepare(Parts.Run, quiet: true);
    if (!Directory.Exists("artifacts/bin/Sleap.Cli/release")) Console.Error.WriteLine("building, once: about a minute");
    Build("src/Sleap.Cli");
    return Run("dotnet", ["run", "--project", "src/Sleap.Cli", "-c", "Release", "--no-build", "--", .. words]);
}

int Bench(string[] words)
{
    Prepare(Parts.Run | Parts.Bench);
    Build("bench");
    return Run("dotnet", ["run", "--project", "bench", "-c", "Release", "--no-build", "--", .. words]);
}

int Pack()
{
    // Packages always depend on the real ML.NET; they can be made only where NuGet has it.
    if (Runtime() != "packages") throw new BuildException("Packages are made against the real Microsoft.ML and TorchSharp, which this machine's NuGet does not have. Run 'pack' where it does.", 1);
    const string folder = "artifacts/package/release";
    if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    foreach (var project in (string[])["Sleap.Loaders", "Sleap.IO", "Sleap.Transforms", "Sleap.MLNet", "Sleap.Cli"])
        Dotnet("pack", $"src/{project}", "-c", "Release", "-v", "q", "-p:PoseRuntime=packages", "-p:Packing=true");
    foreach (var file in Directory.GetFiles(folder, "*.*nupkg").Order(StringComparer.Ordinal))
        Console.WriteLine($"{Path.GetRelativePath(root, Path.GetFullPath(file))}  {new FileInfo(file).Length / 1024.0 / 1024:0.0} MB");
    return 0;
}

int Doctor()
{
    Console.WriteLine($"system         {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} cores");
    Console.WriteLine($".NET           {Environment.Version}");
    Console.WriteLine($"runtime        {Runtime()} ({RuntimeReason()})");
    Console.WriteLine($"libtorch       {(Runtime() == "packages" ? "comes with TorchSharp's package" : LibTorch() is { } found ? found : "missing")}");
    var gpu = Capture("nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader"]);
    Console.WriteLine($"GPU            {(gpu.Code == 0 ? gpu.Output.Trim() : "none found (nvidia-smi does not answer); training and prediction use the CPU")}");
    var missing = 0;
    foreach (var need in Needs().Where(n => n.For != Parts.Bench || Runtime() == "standalone"))
    {
        var there = need.IsThere();
        if (!there && need.For != Parts.Bench) missing++;
        Console.WriteLine($"{need.Name,-15}{(there ? "ok" : $"missing{(need.For == Parts.Bench ? " (only for 'bench')" : "")}: apt-get install {need.Package}")}");
    }
    Console.WriteLine(missing == 0 ? "Everything is here." : "Run 'dotnet run build.cs -- demo' as root or with sudo to have it installed, or install the above by hand.");
    return missing == 0 ? 0 : 1;
}

// ---- what the machine needs -------------------------------------------------------------------------------------

void Prepare(Parts parts, bool quiet = false)
{
    if (!quiet) Console.WriteLine($"runtime: {Runtime()} ({RuntimeReason()})");
    var missing = Needs().Where(n => (n.For & parts) != 0 && !n.IsThere()).ToList();
    if (missing.Count > 0)
    {
        var packages = missing.Select(n => n.Package).Distinct().ToArray();
        var line = $"apt-get install -y --no-install-recommends {string.Join(' ', packages)}";
        var sudo = IsRoot() ? [] : Capture("sudo", ["-n", "true"]).Code == 0 ? new[] { "sudo" } : null;
        if (sudo is null || Capture("apt-get", ["--version"]).Code != 0)
            throw new BuildException($"missing: {string.Join(", ", missing.Select(n => n.Name))}. Run once:\n  {(IsRoot() ? "" : "sudo ")}{line}", 1);
        (quiet ? Console.Error : Console.Out).WriteLine($"installing: {string.Join(' ', packages)}");
        Environment.SetEnvironmentVariable("DEBIAN_FRONTEND", "noninteractive");
        Apt(sudo, ["update", "-qq"]);
        Apt(sudo, ["install", "-y", "-qq", "--no-install-recommends", .. packages]);
        if (missing.Where(n => !n.IsThere()).Select(n => n.Name).ToArray() is { Length: > 0 } still)
            throw new BuildException($"apt-get ended well, yet these are still not found: {string.Join(", ", still)}.", 1);
    }
}

void Apt(string[] sudo, string[] words)
{
    string[] all = [.. sudo, "apt-get", .. words];
    var result = Capture(all[0], all[1..]);
    if (result.Code != 0) throw new BuildException($"'{string.Join(' ', all)}' failed:\n{result.Output.TrimEnd()}", 1);
}

IEnumerable<Need> Needs()
{
    yield return new("ffmpeg", "ffmpeg", Parts.Run, () => OnPath("ffmpeg") && OnPath("ffprobe"));
    yield return new("HDF5", "libhdf5-dev", Parts.Run, () => Loads("libhdf5.so", "libhdf5_serial.so", "libhdf5_serial.so.103", "libhdf5.so.103", "libhdf5_serial.so.200", "libhdf5.so.200", "libhdf5.so.310"));
    if (Runtime() == "packages") yield break;
    yield return new("g++", "g++", Parts.Run, () => OnPath("g++"));
    yield return new("libtorch", "libtorch-dev", Parts.Run, () => LibTorch() is not null);
    // Debian's libtorch takes whatever BLAS there is, and the reference one is many times slower.
    yield return new("OpenBLAS", "libopenblas0-openmp", Parts.Run, () => Loads("libopenblas.so.0"));
    yield return new("libjpeg-turbo", "libturbojpeg0-dev", Parts.Run, () => Loads("libturbojpeg.so", "libturbojpeg.so.0"));
    yield return new("libspng", "libspng-dev", Parts.Run, () => Loads("libspng.so", "libspng.so.0"));
    yield return new("PyTorch", "python3-torch", Parts.Bench, () => Capture("/usr/bin/python3", ["-c", "import torch"]).Code == 0);
    yield return new("NumPy", "python3-numpy", Parts.Bench, () => Capture("/usr/bin/python3", ["-c", "import numpy"]).Code == 0);
}

string? LibTorch()
{
    if (Environment.GetEnvironmentVariable("LIBTORCH") is { Length: > 0 } own)
        return File.Exists(Path.Combine(own, "lib", "libtorch_cpu.so")) ? own : throw new BuildException($"LIBTORCH is '{own}', but there is no lib/libtorch_cpu.so in it.", 1);
    if (!Directory.Exists("/usr/include/torch")) return null;
    var version = "/usr/include/torch/csrc/api/include/torch/version.h";
    if (!File.Exists(version)) return "Debian's";
    var lines = File.ReadAllLines(version);
    string Number(string part) => lines.FirstOrDefault(line => line.StartsWith($"#define TORCH_VERSION_{part} ", StringComparison.Ordinal))?.Split(' ')[^1] ?? "?";
    return $"Debian's {Number("MAJOR")}.{Number("MINOR")}.{Number("PATCH")}";
}

// Asks NuGet once whether it has Microsoft.ML, and keeps the answer where every build of this clone reads it.
string Runtime()
{
    const string file = "artifacts/runtime.props";
    if (Environment.GetEnvironmentVariable("POSE_RUNTIME") is { Length: > 0 } byHand)
    {
        if (byHand is not ("packages" or "standalone")) throw new BuildException($"POSE_RUNTIME is '{byHand}'; it can be 'packages' or 'standalone'.", 2);
        if (!File.Exists(file) || Property("PoseRuntime") != byHand) Keep(byHand, "chosen by POSE_RUNTIME");
        return byHand;
    }
    if (File.Exists(file)) return Property("PoseRuntime");
    var probe = Directory.CreateTempSubdirectory("pose-runtime-");
    try
    {
        var project = Path.Combine(probe.FullName, "probe.csproj");
        File.WriteAllText(project, """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
              <ItemGroup><PackageReference Include="Microsoft.ML" Version="[5.0.0]" /></ItemGroup>
            </Project>
            """);
        var answer = Capture("dotnet", ["restore", project, "-v", "q"], seconds: 300);
        if (answer.Code == 0) Keep("packages", "NuGet has Microsoft.ML 5.0.0");
        else if (answer.Output.Contains("NU1101") || answer.Output.Contains("NU1102") || answer.Output.Contains("NU1103")) Keep("standalone", "NuGet does not have Microsoft.ML 5.0.0");
        else Keep("standalone", "NuGet did not answer");
    }
    finally
    {
        probe.Delete(recursive: true);
    }
    return Property("PoseRuntime");

    static void Keep(string runtime, string reason)
    {
        Directory.CreateDirectory("artifacts");
        File.WriteAllText(file, $"<Project>\n  <PropertyGroup>\n    <PoseRuntime Condition=\"'$(PoseRuntime)' == ''\">{runtime}</PoseRuntime>\n    <PoseRuntimeReason>{reason}</PoseRuntimeReason>\n  </PropertyGroup>\n</Project>\n");
    }
}

string RuntimeReason() { Runtime(); return Property("PoseRuntimeReason"); }

static string Property(string name) => XDocument.Load("artifacts/runtime.props").Descendants(name).Single().Value;

// ---- small things -----------------------------------------------------------------------------------------------

static string FindRoot()
{
    for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        if (File.Exists(Path.Combine(folder.FullName, "Sleap.MLNet.sln"))) return folder.FullName;
    throw new BuildException("Sleap.MLNet.sln is not in this folder or above it. Run build.cs from inside the clone.", 1);
}

static bool IsRoot() => Environment.UserName == "root";

static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

static bool Loads(params string[] libraries)
{
    foreach (var library in libraries)
        if (NativeLibrary.TryLoad(library, out var handle)) { NativeLibrary.Free(handle); return true; }
    return false;
}

// Says nothing unless something is wrong: what comes after it on the standard output may be a table or JSON for another program.
static void Build(string project) => Dotnet("msbuild", project, "-restore", "-v:q", "-p:Configuration=Release");

static void Dotnet(params string[] words)
{
    var code = Run("dotnet", [.. words, "--nologo"]);
    if (code != 0) throw new BuildException($"'dotnet {string.Join(' ', words)}' failed.", code);
}

static int Run(string program, IEnumerable<string> words)
{
    using var process = Process.Start(new ProcessStartInfo(program, words) { UseShellExecute = false })!;
    process.WaitForExit();
    return process.ExitCode;
}

static (int Code, string Output) Capture(string program, IEnumerable<string> words, int seconds = 1800)
{
    try
    {
        using var process = new Process { StartInfo = new(program, words) { RedirectStandardOutput = true, RedirectStandardError = true } };
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => { lock (output) output.AppendLine(line.Data); };
        process.ErrorDataReceived += (_, line) => { lock (output) output.AppendLine(line.Data); };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds))) { process.Kill(entireProcessTree: true); return (124, $"'{program}' did not end within {seconds} s."); }
        process.WaitForExit();
        lock (output) return (process.ExitCode, output.ToString());
    }
    catch (System.ComponentModel.Win32Exception)
    {
        return (127, $"'{program}' is not installed.");
    }
}

[Flags]
enum Parts { Run = 1, Test = 2, Bench = 4 }

sealed record Need(string Name, string Package, Parts For, Func<bool> IsThere);

sealed class BuildException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
