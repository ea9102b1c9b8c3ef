using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The second stage of top-down: cuts a crop around each centre, runs the network over the crops of all frames of a
/// batch together, and puts what it finds back into the frames. Safe to use from several threads.
/// </summary>
internal sealed class CropStage(
    CenteredInstanceModel model,
    CenteredInstanceOptions options,
    ClassVector? classes,
    Device device
)
{
    private readonly int _size = options.CropSize!.Value;
    private readonly InputFrames _inputs = new(
        options.CropSize!.Value,
        options.CropSize!.Value,
        options.Scale,
        options.Backbone.MaxStride,
        options.Backbone.InChannels
    );

    /// <param name="canvases">The frames, each with all its pixels.</param>
    /// <param name="centres">Centroids and their scores of each frame, in pixels of its canvas; one whose centre is NaN
    /// stays empty.</param>
    /// <returns>Of each frame as many animals as it has centres, in pixels of its canvas.</returns>
    public FoundInstances[] Find(IReadOnlyList<Canvas> canvases, IReadOnlyList<FoundInstances> centres)
    {
        var crops = new List<(int Frame, int Animal)>();
        for (var frame = 0; frame < centres.Count; frame++)
        {
            for (var animal = 0; animal < centres[frame].Count; animal++)
            {
                if (
                    !float.IsNaN(centres[frame].Centroids[2 * animal])
                    && !float.IsNaN(centres[frame].Centroids[2 * animal + 1])
                )
                {
                    crops.Add((frame, animal));
                }
            }
        }

        var found = new FoundInstances?[centres.Count][];
        for (var frame = 0; frame < found.Length; frame++)
            found[frame] = new FoundInstances?[centres[frame].Count];
        foreach (var chunk in crops.Chunk(options.BatchSize))
            FindIn(chunk, canvases, centres, found);
        return [.. centres.Select((frame, index) => Join(frame, found[index]))];
    }

    private void FindIn(
        (int Frame, int Animal)[] crops,
        IReadOnlyList<Canvas> canvases,
        IReadOnlyList<FoundInstances> centres,
        FoundInstances?[][] found
    )
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode(true);
        var (windows, geometries) = (new CropWindow[crops.Length], new FrameGeometry[crops.Length]);
        var inputs = new byte[crops.Length * _inputs.ByteCount];
        var pixels = new byte[_size * _size * 3];
        for (var i = 0; i < crops.Length; i++)
        {
            var (frame, animal) = crops[i];
            windows[i] = CropWindow.Around(
                centres[frame].Centroids[2 * animal],
                centres[frame].Centroids[2 * animal + 1],
                _size,
                options.CropAlignment
            );
            var canvas = canvases[frame].Pixels;
            windows[i].Cut(canvas, pixels.AsSpan(0, _size * _size * canvas.Channels));
            geometries[i] = _inputs.Read(
                new FramePixels(pixels.AsSpan(0, _size * _size * canvas.Channels), _size, _size, canvas.Channels),
                inputs.AsSpan(i * _inputs.ByteCount, _inputs.ByteCount)
            );
        }
        var images = InputTensor.FromBytes(
            inputs,
            crops.Length,
            _inputs.Geometry.InputHeight,
            _inputs.Geometry.InputWidth,
            _inputs.Channels,
            device
        );
        var animals = model.Find(images);
        for (var i = 0; i < crops.Length; i++)
        {
            geometries[i].ToFrame(animals[i].Points);
            windows[i].ToFrame(animals[i].Points);
            found[crops[i].Frame][crops[i].Animal] = animals[i];
        }
    }

    /// <summary>One set of animals from those of a frame, with the centres that they were found around.</summary>
    private FoundInstances Join(FoundInstances centres, FoundInstances?[] animals)
    {
        var (nodes, classCount) = (model.Nodes, classes?.Classes ?? 0);
        var joined = new FoundInstances(nodes, animals.Length)
        {
            Centroids = centres.Centroids,
            CentroidScores = centres.CentroidScores,
            IdentityScores = FoundInstances.Missing(animals.Length * classCount),
        };
        for (var i = 0; i < animals.Length; i++)
        {
            if (animals[i] is not { } animal)
                continue;
            animal.Points.CopyTo(joined.Points, i * nodes * 2);
            animal.Values.CopyTo(joined.Values, i * nodes);
            joined.Scores[i] = animal.Scores[0];
            animal.IdentityScores.CopyTo(joined.IdentityScores, i * classCount);
        }
        classes?.Decode(joined.IdentityScores).CopyTo(joined.Identities, 0);
        return joined;
    }

    /// <summary>A frame's pixels, kept while its batch is worked on.</summary>
    internal sealed class Canvas
    {
        private byte[] _bytes = [];
        private int _channels;
        private FrameCanvas? _size;

        public FramePixels Pixels =>
            new(_bytes.AsSpan(0, _size!.Height * _size.Width * _channels), _size.Height, _size.Width, _channels);

        public FrameGeometry Read(FrameCanvas size, FramePixels frame)
        {
            (_size, _channels) = (size, frame.Channels);
            return size.Read(frame, ref _bytes);
        }
    }
}
