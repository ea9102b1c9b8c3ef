#:property UsesLibTorch=false
// The one way in: dotnet run build.cs -- demo | test | format | approve | sleap ARGS… | bench | pack | doctor
// It installs what is missing, builds, and runs.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
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
        "format" => Format(),
        "approve" => Approve(),
        "sleap" => Sleap(rest),
        "bench" => Bench(rest),
        "pack" => Pack(),
        "doctor" => Doctor(),
        "help" or "--help" or "-h" => Help(),
        _ => throw new BuildException(
            $"'{verb}' is not a verb of build.cs. Verbs: demo, test, format, approve, sleap, bench, pack, doctor.",
            2
        ),
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
    Console.WriteLine(
        """
        dotnet run build.cs -- VERB

          demo     train on real frames, predict a video, write demo/ (about 3 minutes on 2 cores)
          test     build and run all tests; ends with 'N passed, N failed'
          format   lay out all code (CSharpier); a Release build refuses code that is laid out otherwise
          approve  write what is made of the code: docs/configuration.md, and the lists of public members
          sleap …  the command-line tool, from this clone
          bench    speed beside plain libtorch and ONNX Runtime in the same run
          pack     NuGet packages into artifacts/package
          doctor   what is installed, what is missing, and what to do about it

        Torch=cuda-linux or Torch=cuda-windows in the environment builds with a libtorch for GPUs; the default is cpu.
        """
    );
    return 0;
}

int Demo()
{
    Prepare();
    var built = Stopwatch.StartNew();
    Dotnet("build", "examples/demo.cs", "-c", "Release", "-v", "q");
    var buildSeconds = built.Elapsed.TotalSeconds;
    if (Directory.Exists("demo"))
        Directory.Delete("demo", recursive: true);
    Directory.CreateDirectory("demo");
    // Two processes: what the second one knows about the model is what the first one saved.
    foreach (var part in (string[])["train", "predict"])
    {
        var code = Run("dotnet", ["run", "examples/demo.cs", "-c", "Release", "--no-build", "--", part]);
        if (code != 0)
            throw new BuildException($"The demo's part '{part}' ended with exit code {code}.", code);
    }
    var report = JsonNode.Parse(File.ReadAllText("demo/demo.json"))!;
    report["seconds"]!["build"] = Math.Round(buildSeconds, 1);
    using (var writer = new Utf8JsonWriter(File.Create("demo/demo.json"), new() { Indented = true }))
        report.WriteTo(writer);
    Console.WriteLine($"demo: {Path.GetRelativePath(root, Path.GetFullPath("demo/demo.json"))}");
    return 0;
}

int Test()
{
    Prepare(forTests: true);
    // Projects of a group run side by side, those of a list one after the other: the tests of networks run one at a
    // time, and many of the others wait for a program. Those of the tool build programs, so they run alone.
    string[][][] groups =
    [
        [
            ["tests/Sleap.MLNet.Tests"],
            ["tests/Sleap.IO.Tests", "tests/Sleap.Transforms.Tests", "tests/Sleap.Studio.Tests"],
        ],
        [
            ["tests/Sleap.Cli.Tests"],
        ],
    ];
    const string results = "artifacts/test-results";
    if (Directory.Exists(results))
        Directory.Delete(results, recursive: true);
    Console.WriteLine("building");
    foreach (var project in groups.SelectMany(group => group).SelectMany(list => list))
        Build(project);
    var (passed, failed, skipped) = (0, 0, 0);
    var gate = new Lock();
    foreach (var group in groups)
    {
        Parallel.ForEach(
            group,
            list =>
            {
                foreach (var project in list)
                    TestOne(project);
            }
        );
    }
    if (skipped > 0)
        Console.WriteLine($"Skipped on this machine: {skipped}");
    Console.WriteLine($"{passed} passed, {failed} failed");
    return failed == 0 && passed > 0 ? 0 : 1;

    void TestOne(string project)
    {
        var name = Path.GetFileName(project);
        var clock = Stopwatch.StartNew();
        var (_, output) = Capture(
            "dotnet",
            [
                "test",
                project,
                "-c",
                "Release",
                "--no-build",
                "-v",
                "q",
                "--results-directory",
                results,
                "--logger",
                $"trx;LogFileName={name}.trx",
                "--logger",
                "console;verbosity=minimal",
            ]
        );
        lock (gate)
        {
            Console.Write(output);
            var report = Path.Combine(results, name + ".trx");
            // A test host that died leaves no report, or one without counters: that is a failure, not silence.
            if (!File.Exists(report))
            {
                Console.Error.WriteLine($"{name}: the test host ended without a report.");
                failed++;
                return;
            }
            XNamespace ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
            var summary = XDocument.Load(report).Descendants(ns + "ResultSummary").Single();
            var counters = summary.Element(ns + "Counters")!;
            int Count(string key) => int.Parse(counters.Attribute(key)!.Value, CultureInfo.InvariantCulture);
            passed += Count("passed");
            var bad = Count("total") - Count("passed") - Count("notExecuted") - Skipped();
            int Skipped() => Count("total") - Count("executed") - Count("notExecuted");
            failed += Math.Max(bad, 0);
            if (summary.Attribute("outcome")!.Value == "Failed" && bad == 0)
                failed++; // aborted run
            skipped += Count("total") - Count("executed");
            Console.WriteLine($"{name}: {Count("passed")} passed in {clock.Elapsed.TotalSeconds:0} s");
        }
    }
}

// The analyzer tells each public member that its list lacks; of an empty list, all of them.
void ListPublicMembers(string library)
{
    var list = Path.Combine(library, "PublicAPI.Shipped.txt");
    File.WriteAllText(list, "#nullable enable\n");
    var (_, output) = Capture(
        "dotnet",
        ["build", library, "-c", "Release", "--no-incremental", "--nologo", "-v", "q", "-p:WarningsNotAsErrors=RS0016"]
    );
    var members = Regex
        .Matches(output, "RS0016: Symbol '(.*?)' is not part of the declared public API")
        .Select(match => match.Groups[1].Value)
        .Distinct()
        .Order(StringComparer.Ordinal)
        .ToList();
    if (members.Count == 0)
        throw new BuildException($"{library} does not build:\n{output}", 1);
    File.WriteAllLines(list, members.Prepend("#nullable enable"));
}

int Format()
{
    var code = Run("dotnet", ["tool", "restore", "-v", "q"]);
    return code == 0 ? Run("dotnet", ["csharpier", "format", "."]) : code;
}

int Approve()
{
    Prepare();
    foreach (var library in (string[])["src/Sleap.IO", "src/Sleap.Transforms", "src/Sleap.MLNet", "src/Sleap.Onnx"])
        ListPublicMembers(library);
    const string project = "tests/Sleap.Cli.Tests";
    Build(project);
    Environment.SetEnvironmentVariable("SLEAP_APPROVE", "1");
    var code = Run(
        "dotnet",
        [
            "test",
            project,
            "-c",
            "Release",
            "--no-build",
            "--nologo",
            "-v",
            "q",
            "--filter",
            "FullyQualifiedName~Approved",
        ]
    );
    if (code == 0)
        Console.WriteLine("Written; 'git diff' shows what changed.");
    return code;
}

int Sleap(string[] words)
{
    Prepare(quiet: true);
    if (!Directory.Exists("artifacts/bin/Sleap.Cli/release"))
        Console.Error.WriteLine("building, once: about a minute");
    Build("src/Sleap.Cli");
    return Run("dotnet", ["run", "--project", "src/Sleap.Cli", "-c", "Release", "--no-build", "--", .. words]);
}

int Bench(string[] words)
{
    Prepare();
    Build("bench");
    return Run("dotnet", ["run", "--project", "bench", "-c", "Release", "--no-build", "--", .. words]);
}

int Pack()
{
    const string folder = "artifacts/package/release";
    if (Directory.Exists(folder))
        Directory.Delete(folder, recursive: true);
    foreach (
        var project in (string[])
            ["Sleap.Loaders", "Sleap.IO", "Sleap.Transforms", "Sleap.MLNet", "Sleap.Onnx", "Sleap.Cli"]
    )
        Dotnet("pack", $"src/{project}", "-c", "Release", "-v", "q", "-p:Packing=true");
    foreach (var file in Directory.GetFiles(folder, "*.*nupkg").Order(StringComparer.Ordinal))
        Console.WriteLine(
            $"{Path.GetRelativePath(root, Path.GetFullPath(file))}  "
                + $"{new FileInfo(file).Length / 1024.0 / 1024:0.0} "
                + $"MB"
        );
    return 0;
}

int Doctor()
{
    Console.WriteLine(
        $"system         {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, "
            + $"{Environment.ProcessorCount} cores"
    );
    Console.WriteLine($".NET           {Environment.Version}");
    var gpu = Capture("nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader"]);
    Console.WriteLine(
        $"GPU            "
            + $"{(gpu.Code == 0 ? gpu.Output.Trim() : "none found (nvidia-smi does not answer); training and prediction use the CPU")}"
    );
    var missing = 0;
    foreach (var need in Needs())
    {
        var there = need.IsThere();
        if (!there && !need.ForTests)
            missing++;
        Console.WriteLine(
            $"{need.Name, -15}{(there ? "ok" : $"missing{(need.ForTests ? " (only for 'test')" : "")}: apt-get install {need.Package}")}"
        );
    }
    Console.WriteLine(
        missing == 0
            ? "Everything is here."
            : "Run 'dotnet run build.cs -- demo' as root or with sudo "
                + "to have it installed, or install the above by hand."
    );
    return missing == 0 ? 0 : 1;
}

// ---- what the machine needs -------------------------------------------------------------------------------------

void Prepare(bool quiet = false, bool forTests = false)
{
    var missing = Needs().Where(n => (forTests || !n.ForTests) && !n.IsThere()).ToList();
    if (missing.Count > 0)
    {
        var packages = missing.Select(n => n.Package).Distinct().ToArray();
        var line = $"apt-get install -y --no-install-recommends {string.Join(' ', packages)}";
        var sudo =
            IsRoot() ? []
            : Capture("sudo", ["-n", "true"]).Code == 0 ? new[] { "sudo" }
            : null;
        if (sudo is null || Capture("apt-get", ["--version"]).Code != 0)
            throw new BuildException(
                $"missing: {string.Join(", ", missing.Select(n => n.Name))}. Run once:\n  "
                    + $"{(IsRoot() ? "" : "sudo ")}{line}",
                1
            );
        (quiet ? Console.Error : Console.Out).WriteLine($"{(sudo.Length > 0 ? "sudo " : "")}{line}");
        if (!Console.IsInputRedirected && !Console.IsErrorRedirected)
        {
            Console.Error.Write("Run this now? [Y/n] ");
            if (Console.ReadLine()?.Trim() is not ("" or "y" or "Y" or "yes"))
                throw new BuildException("Nothing was installed. Run the line above yourself, then this again.", 1);
        }
        Environment.SetEnvironmentVariable("DEBIAN_FRONTEND", "noninteractive");
        Apt(sudo, ["update", "-qq"]);
        Apt(sudo, ["install", "-y", "-qq", "--no-install-recommends", .. packages]);
        if (missing.Where(n => !n.IsThere()).Select(n => n.Name).ToArray() is { Length: > 0 } still)
            throw new BuildException(
                $"apt-get ended well, yet these are still not found: {string.Join(", ", still)}.",
                1
            );
    }
}

void Apt(string[] sudo, string[] words)
{
    string[] all = [.. sudo, "apt-get", .. words];
    var result = Capture(all[0], all[1..]);
    if (result.Code != 0)
        throw new BuildException($"'{string.Join(' ', all)}' failed:\n{result.Output.TrimEnd()}", 1);
}

IEnumerable<Need> Needs()
{
    yield return new("ffmpeg", "ffmpeg", () => OnPath("ffmpeg") && OnPath("ffprobe"));
    // Tests read with another library what is written here.
    yield return new(
        "h5py",
        "python3-h5py",
        () => Capture("/usr/bin/python3", ["-c", "import h5py"]).Code == 0,
        ForTests: true
    );
    // Tests of the studio look at its page.
    yield return new("chromium", "chromium", () => OnPath("chromium"), ForTests: true);
}

// ---- small things -----------------------------------------------------------------------------------------------

static string FindRoot()
{
    for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        if (File.Exists(Path.Combine(folder.FullName, "Sleap.MLNet.sln")))
            return folder.FullName;
    throw new BuildException(
        "Sleap.MLNet.sln is not in this folder or above it. Run build.cs from inside the clone.",
        1
    );
}

static bool IsRoot() => Environment.UserName == "root";

static bool OnPath(string program) =>
    (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

// Says nothing unless something is wrong: what comes after it on the standard output may be a table or JSON for another
// program.
static void Build(string project) => Dotnet("msbuild", project, "-restore", "-v:q", "-p:Configuration=Release");

static void Dotnet(params string[] words)
{
    var code = Run("dotnet", [.. words, "--nologo"]);
    if (code != 0)
        throw new BuildException($"'dotnet {string.Join(' ', words)}' failed.", code);
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
        using var process = new Process
        {
            StartInfo = new(program, words) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) =>
        {
            lock (output)
                output.AppendLine(line.Data);
        };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (output)
                output.AppendLine(line.Data);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill(entireProcessTree: true);
            return (124, $"'{program}' did not end within {seconds} s.");
        }
        process.WaitForExit();
        lock (output)
            return (process.ExitCode, output.ToString());
    }
    catch (System.ComponentModel.Win32Exception)
    {
        return (127, $"'{program}' is not installed.");
    }
}

sealed record Need(string Name, string Package, Func<bool> IsThere, bool ForTests = false);

sealed class BuildException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
