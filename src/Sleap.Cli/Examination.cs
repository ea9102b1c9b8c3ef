using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using TorchSharp;

namespace Sleap.Cli;

/// <summary>What one look at the machine found.</summary>
/// <param name="Name">What was looked for.</param>
/// <param name="Found">What is there.</param>
/// <param name="Remedy">What to do when that is not enough; null when it is.</param>
internal sealed record Finding(string Name, string Found, string? Remedy = null);

/// <summary>Looks at the machine by trying what the library needs, not by asking for packages.</summary>
internal static class Examination
{
    public static IEnumerable<Finding> All()
    {
        yield return new("sleap", Version(typeof(Examination).Assembly));
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
            yield return new("convolutions", PixelMap.Words);
        yield return Gpu();
        yield return Program("ffmpeg", "videos");
        yield return Program("ffprobe", "videos");
        yield return Hdf5();
        yield return Room();
    }

    private static Finding Torch()
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

    private static Finding Gpu()
    {
        var card = Run("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader");
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

    private static Finding Program(string name, string use)
    {
        var variable = name.ToUpperInvariant();
        var program = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } chosen ? chosen : name;
        return Run(program, "-version") is { } text
            ? new(name, text.Split('\n')[0].Replace(" Copyright", "\n", StringComparison.Ordinal).Split('\n')[0])
            : new(
                name,
                "missing",
                $"{use} are read with it. 'apt-get install ffmpeg' (Debian, Ubuntu), 'dnf install ffmpeg' (Fedora), "
                    + $"'brew install ffmpeg' (macOS), or name the program in {variable}."
            );
    }

    private static Finding Hdf5()
    {
        var file = Path.Combine(Path.GetTempPath(), $"sleap-doctor-{Environment.ProcessId}.slp");
        try
        {
            new Labels([], skeletons: [new Skeleton("doctor", ["a"])]).Save(file);
            return new("HDF5", ".slp files can be written");
        }
        catch (Exception problem)
            when (problem
                    is DllNotFoundException
                        or InvalidOperationException
                        or IOException
                        or EntryPointNotFoundException
                        or TypeInitializationException
            )
        {
            return new("HDF5", "does not write", problem.GetBaseException().Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Finding Room()
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

    private static string? Run(string program, params string[] words)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true }
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
