using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Peaks of a batch in the computer's memory, the same as <see cref="LocalPeaks"/>.</summary>
internal sealed record HostPeaks(float[] Points, float[] Values, long[] Samples, long[] Channels)
{
    public static HostPeaks Of(LocalPeaks peaks) =>
        new(Numbers(peaks.Points), Numbers(peaks.Values), peaks.Samples.Values<long>(), peaks.Channels.Values<long>());

    public static float[] Numbers(Tensor tensor) => tensor.to(ScalarType.Float32).Values<float>();
}
