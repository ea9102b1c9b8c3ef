using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap benchmark --model PATH</c>: how many frames a second this machine and this model do.</summary>
internal static class BenchmarkVerb
{
    public static Command Create()
    {
        var model = new Option<string[]>("--model")
        {
            Description = "A model, or twice for the two stages of top-down.",
            Required = true,
        };
        var source = new Option<string?>("--source")
        {
            Description = "A video; else frames of noise, in which a model of several animals finds none or many.",
        };
        var size = new Option<string>("--size")
        {
            Description = "Width and height of frames of noise.",
            DefaultValueFactory = _ => "640x480",
        };
        var frames = new Option<int>("--frames") { Description = "Frames to time.", DefaultValueFactory = _ => 64 };
        var batches = new Option<string>("--batch-sizes")
        {
            Description = "Batch sizes to try.",
            DefaultValueFactory = _ => "1,4,16",
        };
        var device = new Option<string>("--device")
        {
            Description = "auto, cpu, cuda or cuda:N.",
            DefaultValueFactory = _ => "auto",
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "benchmark",
            "How many frames a second this machine and this model do, decoding included, at several batch sizes.\n"
                + "Example: sleap benchmark --model mouse/model.zip --source session.mp4"
        )
        {
            model,
            source,
            size,
            frames,
            batches,
            device,
            json,
        };
        verb.SetAction(
            (parsed, cancellation) =>
            {
                if (parsed.GetValue(frames) < 1)
                    throw new ArgumentException($"--frames is {parsed.GetValue(frames)}; at least 1.");
                var ml = new MLContext(seed: 0);
                using var trained = ModelLoader.Load(ml, parsed.GetRequiredValue(model));
                var view = parsed.GetValue(source) is { } file
                    ? Video(ml.Pose(), file, parsed.GetValue(frames))
                    : Noise(ml, parsed.GetRequiredValue(size), parsed.GetValue(frames));
                var decoding = Time(() => Decode(view));
                var results = new JsonArray();
                var table = new OutputTable("", ">frames/s").Row("decoding alone", Text(decoding));
                foreach (var batch in Sizes(parsed.GetRequiredValue(batches)))
                {
                    cancellation.ThrowIfCancellationRequested();
                    using var predicting = trained.With(
                        new PredictionOptions { BatchSize = batch, Device = parsed.GetRequiredValue(device) }
                    );
                    var predicted = predicting.Transform(view);
                    // The first frames pay for compilation and for libtorch's choice of algorithms.
                    ml.Pose().ToLabels(ml.Data.TakeRows(predicted, batch));
                    var speed = Time(() => ml.Pose().ToLabels(predicted).Frames.Count);
                    results.Add(
                        new JsonObject { ["batch_size"] = batch, ["frames_per_second"] = VerbOutput.Number(speed) }
                    );
                    table.Row($"batch of {batch}", Text(speed));
                }
                var report = new JsonObject
                {
                    ["type"] = ModelLoader.TypeOf(trained),
                    ["device"] = parsed.GetValue(device),
                    ["threads"] = TorchSharp.torch.get_num_threads(),
                    ["frames"] = parsed.GetValue(frames),
                    ["decoding_frames_per_second"] = VerbOutput.Number(decoding),
                    ["predicting"] = results,
                };
                VerbOutput.Write(parsed.GetValue(json), report, table.Lines());
                return Task.FromResult(0);
            }
        );
        return verb;
    }

    private static IDataView Video(PoseCatalog pose, string file, int frames)
    {
        using var opened = IO.Video.FromFile(file).Open();
        return pose.LoadVideo(file, Enumerable.Range(0, Math.Min(frames, opened.FrameCount)));
    }

    private static IDataView Noise(MLContext ml, string size, int frames)
    {
        var sides = size.Split('x');
        if (
            sides is not [var w, var h]
            || !int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            || !int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            || width < 1
            || height < 1
        )
        {
            throw new ArgumentException($"--size is '{size}'; write WIDTHxHEIGHT, for instance 640x480.");
        }

        ml.Pose(); // makes images a type of columns
        return ml.Data.LoadFromEnumerable(
            Enumerable
                .Range(0, frames)
                .Select(frame =>
                {
                    var gray = new byte[width * height];
                    new Random(frame).NextBytes(gray);
                    var pixels = new byte[4 * gray.Length];
                    for (var i = 0; i < gray.Length; i++)
                        pixels.AsSpan(4 * i, 4).Fill(gray[i]);
                    return new NoiseFrame
                    {
                        Image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, pixels),
                    };
                })
        );
    }

    private static IEnumerable<int> Sizes(string words) =>
        words
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(word =>
                int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0
                    ? size
                    : throw new ArgumentException($"'{word}' in --batch-sizes is no number above 0; write 1,4,16.")
            );

    private static int Decode(IDataView view)
    {
        var column = view.Schema["Image"];
        using var cursor = view.GetRowCursor([column]);
        var getter = cursor.GetGetter<MLImage>(column);
        MLImage? image = null;
        var count = 0;
        for (; cursor.MoveNext(); count++)
            getter(ref image!);
        image?.Dispose();
        return count;
    }

    private static double Time(Func<int> work)
    {
        var clock = Stopwatch.StartNew();
        return work() / clock.Elapsed.TotalSeconds;
    }

    private static string Text(double speed) => speed.ToString("0.0", CultureInfo.InvariantCulture);

    private sealed class NoiseFrame
    {
        public MLImage? Image { get; set; }
    }
}
