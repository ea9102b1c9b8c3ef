using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using TorchSharp;

namespace Sleap.Cli;

/// <summary><c>sleap doctor</c>: what is installed, what is missing, and what to do about it.</summary>
internal static class DoctorVerb
{
    public static Command Create()
    {
        var json = VerbOutput.Json();
        var verb = new Command(
            "doctor",
            "What is installed, what is missing, and what to do about it. Exit code 1 when something is missing.\n"
                + "Example: sleap doctor"
        )
        {
            json,
        };
        verb.SetAction(parsed =>
        {
            var checks = MachineChecks.All().ToList();
            var missing = checks.Where(check => check.Remedy is not null).ToList();
            var report = new JsonObject
            {
                ["ok"] = missing.Count == 0,
                ["found"] = new JsonObject(
                    checks.Select(check => KeyValuePair.Create(check.Name, (JsonNode?)check.Found))
                ),
                ["missing"] = new JsonObject(
                    missing.Select(check => KeyValuePair.Create(check.Name, (JsonNode?)check.Remedy))
                ),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                [
                    .. checks
                        .Aggregate(new OutputTable(2), (table, check) => table.Row(check.Name, check.Found))
                        .Lines(),
                    missing.Count == 0 ? "Everything is here." : "What to do:",
                    .. missing.Select(check => $"  {check.Name}: {check.Remedy}"),
                ]
            );
            return missing.Count == 0 ? 0 : 1;
        });
        return verb;
    }
}

/// <summary>The result of one check of the machine.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Found">What is there.</param>
/// <param name="Remedy">What to do when it is missing or does not work; null when all is well.</param>
internal sealed record MachineCheck(string Name, string Found, string? Remedy = null);

/// <summary>Checks the machine by trying what the library needs, not by asking for packages.</summary>
internal static class MachineChecks
{
    public static IEnumerable<MachineCheck> All()
    {
        yield return new("sleap", Version(typeof(MachineChecks).Assembly));
        yield return new(
            "system",
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} "
                + $"cores, {Size(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} of memory"
        );
        yield return new(".NET", Environment.Version.ToString());
        yield return new("ML.NET", $"Microsoft.ML {Version(typeof(MLContext).Assembly)}");
        var libtorch = Torch();
        yield return libtorch;
        if (libtorch.Remedy is null)
            yield return new("convolutions", PixelMap.Description);
        yield return Gpu();
        yield return Program("ffmpeg", "videos");
        yield return Program("ffprobe", "videos");
        yield return DiskSpace();
    }

    private static MachineCheck Torch()
    {
        try
        {
            LibTorchLibrary.Load();
            // A multiplication, because libraries that are there but do not fit fail only when they are used.
            using var product = torch.ones(2, 2).matmul(torch.ones(2, 2));
            return new(
                "libtorch",
                $"{torch.__version__}, {torch.get_num_threads()} threads, loaded {LibTorchLibrary.Words}"
            );
        }
        catch (Exception problem)
            when (problem
                    is DllNotFoundException
                        or ExternalException
                        or EntryPointNotFoundException
                        or BadImageFormatException
            )
        {
            return new("libtorch", "does not load", problem.Message);
        }
    }

    private static MachineCheck Gpu()
    {
        var card = Run(ProgramPath.Find("nvidia-smi"), "--query-gpu=name,memory.total", "--format=csv,noheader");
        bool usable;
        try
        {
            usable = TorchDevice.HasCuda;
        }
        catch (Exception problem) when (problem is DllNotFoundException or ExternalException)
        {
            usable = false;
        }
        return (card, usable) switch
        {
            (null, false) => new("GPU", "none; training and prediction use the CPU"),
            (null, true) => new("GPU", "CUDA is available"),
            ({ } name, true) => new("GPU", $"{name.ReplaceLineEndings(", ")}, CUDA is available"),
            ({ } name, false) => new(
                "GPU",
                $"{name.ReplaceLineEndings(", ")}, not usable",
                "there is a card, but this libtorch is without CUDA: use the package TorchSharp-cuda-linux or "
                    + "TorchSharp-cuda-windows in place of the one for CPUs."
            ),
        };
    }

    private static MachineCheck Program(string name, string use)
    {
        return Run(FfmpegProgram.Find(name), "-version") is { } text
            ? new(name, text.Split('\n')[0].Replace(" Copyright", "\n", StringComparison.Ordinal).Split('\n')[0])
            : new(
                name,
                "missing",
                $"{use} are read with it. 'apt-get install ffmpeg' (Debian, Ubuntu), 'dnf install ffmpeg' (Fedora), "
                    + $"'brew install ffmpeg' (macOS), or name the program in {name.ToUpperInvariant()}."
            );
    }

    private static MachineCheck DiskSpace()
    {
        var free = new DriveInfo(Path.GetTempPath()).AvailableFreeSpace;
        return new(
            "disk",
            $"{Size(free)} free for temporary files",
            free < 1L << 30
                ? $"less than 1 GiB is free in {Path.GetTempPath()}; training keeps frames there that do not fit into "
                    + "memory."
                : null
        );
    }

    private static string? Run(string? program, params string[] arguments)
    {
        if (program is null)
            return null;
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            )!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version!.ToString();

    private static string Size(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB");
}
