using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>A detector in ONNX Runtime. Safe to use from several threads.</summary>
internal sealed class OnnxDetector : IDisposable
{
    // A graph for any size is tried with an image of this side.
    private const int TrialSize = 320;
    private const int Stride = 32;

    private readonly InferenceSession _session;
    private readonly DetectorInput _input;
    private readonly BoxDecoder _decoder;

    /// <param name="model">The graph, with all its weights.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="name">Its file, for messages.</param>
    /// <exception cref="NotSupportedException">The provider is not there.</exception>
    /// <exception cref="PoseFormatException">ONNX Runtime refuses the graph, or it is no detector.</exception>
    public OnnxDetector(byte[] model, OnnxDetectorOptions options, string name)
    {
        (Model, Options) = (model, options);
        _decoder = new BoxDecoder(options);
        _session = OnnxSession.Load(model, new() { Provider = options.Provider, DeviceId = options.DeviceId }, name);
        try
        {
            _input = DetectorInput.Of(_session, options, name);
            var (height, width) = _input.Size ?? (TrialSize, TrialSize);
            Find(new FramePixels(new byte[height * width], height, width, 1), CreateResampler());
        }
        catch (InvalidDataException fault)
        {
            _session.Dispose();
            throw new PoseFormatException(name, null, fault.Message, fault);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public byte[] Model { get; }

    public OnnxDetectorOptions Options { get; }

    /// <summary>Brings frames to the input's size; where the graph takes any, the first frame decides it.</summary>
    public FrameResampler CreateResampler() => new(_input.Size, 1, _input.Size is null ? Stride : 1, _input.Channels);

    /// <summary>Finds the boxes of a frame.</summary>
    /// <returns>Boxes in pixels of the frame, by falling score; pixel centers are whole numbers.</returns>
    /// <exception cref="InvalidDataException">ONNX Runtime fails, or the outputs are not those of a
    /// detector.</exception>
    public IReadOnlyList<DetectedBox> Find(FramePixels frame, FrameResampler resampler)
    {
        var pixels = new byte[resampler.ByteCountOf(frame)];
        var geometry = resampler.Resample(frame, pixels);
        var outputs = Run(pixels, geometry.InputHeight, geometry.InputWidth);
        return
        [
            .. _decoder
                .Decode(outputs, geometry.InputHeight, geometry.InputWidth)
                .Select(found => found with { Box = InFrame(found.Box, geometry) })
                .Where(found => found.Box.Area > 0),
        ];
    }

    public void Dispose() => _session.Dispose();

    // The corner of an image is (0, 0) in the input and (−0.5, −0.5) in the frame.
    private static Transforms.Box InFrame(Transforms.Box box, FrameGeometry geometry)
    {
        float[] corners = [(float)box.Left, (float)box.Top, (float)box.Right, (float)box.Bottom];
        geometry.ToFrame(corners);
        return new(
            Math.Clamp(corners[0], 0, geometry.FrameWidth) - 0.5,
            Math.Clamp(corners[1], 0, geometry.FrameHeight) - 0.5,
            Math.Clamp(corners[2], 0, geometry.FrameWidth) - 0.5,
            Math.Clamp(corners[3], 0, geometry.FrameHeight) - 0.5
        );
    }

    private List<DetectorOutput> Run(byte[] pixels, int height, int width)
    {
        using var input = _input.Tensor(pixels, height, width);
        using var run = new RunOptions();
        try
        {
            using var values = _session.Run(run, [_input.Name], [input], _session.OutputNames);
            return [.. _session.OutputNames.Zip(values).Select(Output).OfType<DetectorOutput>()];
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidDataException(
                $"ONNX Runtime cannot compute the detector for images of {width} x {height} pixels: "
                    + OneLine.Of(failure.Message),
                failure
            );
        }
    }

    // Null for an output that is not made of numbers.
    private static DetectorOutput? Output((string Name, OrtValue Value) output)
    {
        if (output.Value.OnnxType != OnnxValueType.ONNX_TYPE_TENSOR)
            return null;
        var info = output.Value.GetTensorTypeAndShape();
        var values = info.ElementDataType switch
        {
            TensorElementType.Float => output.Value.GetTensorDataAsSpan<float>().ToArray(),
            TensorElementType.Double => Converted<double>(output.Value),
            TensorElementType.Float16 =>
            [
                .. output.Value.GetTensorDataAsSpan<Float16>().ToArray().Select(x => (float)x),
            ],
            TensorElementType.Int64 => Converted<long>(output.Value),
            TensorElementType.Int32 => Converted<int>(output.Value),
            _ => null,
        };
        int[] shape = [.. info.Shape.Select(size => (int)size)];
        return values is null ? null : new(output.Name, shape, values);
    }

    private static float[] Converted<T>(OrtValue value)
        where T : unmanaged, System.Numerics.INumber<T> =>
        Array.ConvertAll(value.GetTensorDataAsSpan<T>().ToArray(), float.CreateTruncating);
}

/// <summary>The image that a detector takes.</summary>
/// <param name="Name">Name of the input.</param>
/// <param name="Type">Float or UInt8.</param>
/// <param name="Channels">1 (gray) or 3 (RGB).</param>
/// <param name="Size">Height and width; null: any.</param>
/// <param name="IsInterleaved">Whether the channels are the last axis.</param>
/// <param name="HasBatch">Whether the first axis is that of a batch.</param>
/// <param name="PixelScale">What gray levels are multiplied by.</param>
internal sealed record DetectorInput(
    string Name,
    TensorElementType Type,
    int Channels,
    (int Height, int Width)? Size,
    bool IsInterleaved,
    bool HasBatch,
    float PixelScale
)
{
    /// <exception cref="PoseFormatException">The graph takes something else.</exception>
    public static DetectorInput Of(InferenceSession session, OnnxDetectorOptions options, string file)
    {
        var inputs = session.InputMetadata;
        var (name, port) = inputs.FirstOrDefault();
        if (
            inputs.Count != 1
            || !port.IsTensor
            || port.ElementDataType is not (TensorElementType.Float or TensorElementType.UInt8)
            || Sizes(port.Dimensions) is not var (channels, height, width, isInterleaved)
        )
        {
            var text = string.Join(", ", inputs.Select(input => $"{input.Key} {OnnxInterface.TextOf(input.Value)}"));
            throw new PoseFormatException(
                file,
                null,
                $"the detector has the input {text}, expected one image: Float or UInt8 (1, C, H, W) or "
                    + "(1, H, W, C), C = 1 or 3."
            );
        }
        var size = (height, width) is (> 0, > 0) ? (height, width) : ((int, int)?)null;
        if (options.Height is { } chosenHeight && options.Width is { } chosenWidth)
        {
            if ((height > 0 && height != chosenHeight) || (width > 0 && width != chosenWidth))
            {
                throw new PoseFormatException(
                    file,
                    null,
                    $"the detector takes images of {width} x {height} pixels, and the options ask for {chosenWidth} x "
                        + $"{chosenHeight}."
                );
            }
            size = (chosenHeight, chosenWidth);
        }
        return new(
            name,
            port.ElementDataType,
            channels,
            size,
            isInterleaved,
            port.Dimensions.Length == 4,
            options.PixelScale ?? (port.ElementDataType == TensorElementType.UInt8 ? 1 : 1 / 255f)
        );
    }

    /// <summary>An image of interleaved bytes as the input.</summary>
    public OrtValue Tensor(byte[] pixels, int height, int width)
    {
        long[] shape = IsInterleaved ? [height, width, Channels] : [Channels, height, width];
        if (HasBatch)
            shape = [1, .. shape];
        var ordered = new float[pixels.Length];
        var plane = height * width;
        for (var channel = 0; channel < Channels; channel++)
        {
            var (start, step) = IsInterleaved ? (channel, Channels) : (channel * plane, 1);
            for (var pixel = 0; pixel < plane; pixel++)
                ordered[start + (pixel * step)] = pixels[(pixel * Channels) + channel] * PixelScale;
        }
        return Type == TensorElementType.Float
            ? OrtValue.CreateTensorValueFromMemory(ordered, shape)
            : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(ordered, value => (byte)value), shape);
    }

    private static (int Channels, int Height, int Width, bool IsInterleaved)? Sizes(int[] sizes) =>
        sizes switch
        {
            [1 or -1, 1 or 3, var height, var width] => (sizes[1], height, width, false),
            [1 or -1, var height, var width, 1 or 3] => (sizes[3], height, width, true),
            [1 or 3, var height, var width] => (sizes[0], height, width, false),
            [var height, var width, 1 or 3] => (sizes[2], height, width, true),
            _ => null,
        };
}
