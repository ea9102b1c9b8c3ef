using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

/// <summary>
/// Reads damaged copies of one file or folder, as a process of its own: what hangs, crashes or takes too much memory is
/// then seen from outside.
/// </summary>
internal static class Mutator
{
    /// <summary>Environment variable: minutes after which no more mutations are made.</summary>
    public const string MinutesVariable = "FUZZ_MINUTES";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private static long _started;
    private static volatile int _current;

    /// <summary>
    /// Goes through the mutations of a file or folder of poses.
    /// </summary>
    public static int Run(string source, string folder, int seed, int times) =>
        Run(source, folder, seed, times, bytes => random => Mutation.Of(bytes, random), Touch);

    /// <summary>Goes through the mutations of an image.</summary>
    public static int RunImages(string source, string folder, int seed, int times) =>
        Run(source, folder, seed, times, bytes => random => Mutation.Of(bytes, random), TouchImage);

    /// <summary>Goes through the mutations of a table of bouts.</summary>
    public static int RunBouts(string source, string folder, int seed, int times) =>
        Run(source, folder, seed, times, bytes => random => Mutation.Of(bytes, random), path => Bout.Load(path));

    /// <summary>Goes through the mutations of an HDF5 file of poses, most of them in its metadata.</summary>
    public static int RunBlocks(string source, string folder, int seed, int times) =>
        Run(source, folder, seed, times, bytes => new Hdf5Mutation(bytes).Next, Touch);

    /// <summary>Goes through the mutations of an HDF5 file, below any format of poses.</summary>
    public static int RunHdf5(string source, string folder, int seed, int times)
    {
        var refusedBefore = Hdf5Touch.All(source);
        return Run(
            source,
            folder,
            seed,
            times,
            bytes => new Hdf5Mutation(bytes).Next,
            path =>
            {
                foreach (var (name, fault) in Hdf5Touch.All(path))
                {
                    if (!refusedBefore.ContainsKey(name))
                        throw fault;
                }
            }
        );
    }

    /// <summary>
    /// Goes through the mutations; the last line of output is JSON of what came out. Exit code 3 is a hang, 1 an
    /// exception that should not be.
    /// </summary>
    private static int Run(
        string source,
        string folder,
        int seed,
        int times,
        Func<byte[], Func<Random, byte[]>> mutation,
        Action<string> touch
    )
    {
        var target = Path.Combine(folder, Path.GetFileName(source));
        Copy(source, target);
        string[] files = Directory.Exists(source)
            ? [.. Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : [target];
        var originals = files.Select(File.ReadAllBytes).ToArray();
        var mutations = originals.Select(mutation).ToArray();
        var random = new Random(seed);
        var (read, refused, slowest) = (0, 0, TimeSpan.Zero);
        _started = Stopwatch.GetTimestamp();
        new Thread(Watch) { IsBackground = true }.Start();
        var end = Environment.GetEnvironmentVariable(MinutesVariable) is { Length: > 0 } minutes
            ? TimeSpan.FromMinutes(double.Parse(minutes, System.Globalization.CultureInfo.InvariantCulture))
            : TimeSpan.MaxValue;
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < times && Stopwatch.GetElapsedTime(begin) < end; i++)
        {
            // The first file of a folder says how the others are read: half of the damage goes there.
            var file = files.Length == 1 || random.Next(2) == 0 ? 0 : random.Next(files.Length);
            File.WriteAllBytes(files[file], mutations[file](random));
            (_current, _started) = (i, Stopwatch.GetTimestamp());
            try
            {
                touch(target);
                read++;
            }
            catch (PoseFormatException fault)
                when (fault.Message.Contains(folder, StringComparison.Ordinal) && fault.Cause.Length > 0)
            {
                refused++;
            }
            catch (Exception fault)
            {
                Console.Error.WriteLine($"mutation {i} of {files[file]}, seed {seed}: {fault}");
                return 1;
            }
            var took = Stopwatch.GetElapsedTime(_started);
            slowest = took > slowest ? took : slowest;
            File.WriteAllBytes(files[file], originals[file]);
        }
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(
            new JsonObject
            {
                ["read"] = read,
                ["refused"] = refused,
                ["slowest_ms"] = slowest.TotalMilliseconds,
                ["peak_bytes"] = self.PeakWorkingSet64,
            }.ToJsonString()
        );
        return 0;
    }

    private static void Watch()
    {
        while (true)
        {
            Thread.Sleep(100);
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _started)) <= Longest)
                continue;
            Console.Error.WriteLine($"mutation {_current} is not read within {Longest.TotalSeconds} s.");
            Environment.Exit(3);
        }
    }

    private static void Copy(string source, string target)
    {
        if (File.Exists(source))
        {
            File.Copy(source, target);
            return;
        }
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Reads labels or an image, writes a .slp again, and prints why they are refused or that they are read.</summary>
    public static int Read(string path)
    {
        try
        {
            if (path.EndsWith(".slp", StringComparison.Ordinal))
            {
                // What is beyond poses is read when it is written.
                var labels = Labels.Load(path);
                labels.With(labels.Frames, []).Save(path + ".copy.slp");
            }

            if (ImageFiles.KindOf(path) is VideoKind.Movie)
                Touch(path);
            else
                TouchImage(path);
            Console.WriteLine("read");
        }
        catch (PoseFormatException fault)
        {
            Console.WriteLine(fault.Message);
        }
        return 0;
    }

    private static void TouchImage(string path)
    {
        using var source = Video.FromFile(path).Open();
        source.Read(0);
    }

    /// <summary>Asks for everything, also for pictures inside the file.</summary>
    private static void Touch(string path)
    {
        var labels = Labels.Load(path);
        foreach (var instance in labels.Frames.SelectMany(f => f.Instances))
        {
            if (instance.Points.Length != instance.Skeleton.Nodes.Length)
            {
                throw new InvalidOperationException(
                    $"{instance.Points.Length} points for {instance.Skeleton.Nodes.Length} nodes."
                );
            }
        }
        foreach (var video in labels.Videos.Where(v => v.Kind == VideoKind.Embedded && v.FoundPath is not null))
        {
            using var source = video.Open();
            foreach (var result in source.ReadMany([3, 7]))
            {
                if (result.Frame is null == result.Error is null)
                    throw new InvalidOperationException("A frame is neither there nor refused.");
            }
        }
    }
}
