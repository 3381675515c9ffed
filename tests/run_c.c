/*
 * run_c.c -- runs a network that was converted to C: NETWORK is its file, PREDICT its function,
 * PIXELS the size of an image and CLASSES how many there are. Images on standard input, one after
 * the other; of each a line: its number, the prediction, and the probabilities.
 */
#include NETWORK

#include <stdio.h>

int main(void)
{
    static unsigned char image[PIXELS];
    float probabilities[CLASSES];

    for (int i = 0; fread(image, 1, PIXELS, stdin) == PIXELS; i++) {
        int prediction = 0;
        PREDICT(image, probabilities);
        for (int k = 1; k < CLASSES; k++)
            if (probabilities[k] > probabilities[prediction])
                prediction = k;
        printf("%d,%d", i, prediction);
        for (int k = 0; k < CLASSES; k++)
            printf(",%.9g", (double)probabilities[k]);
        printf("\n");
    }
    return 0;
}
